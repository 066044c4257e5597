//! Two guides of the region, the tools of 令和元年度 (facts of the Tokyo liaison programme), and a first release of its open
//! data.

use renkei_directory::guide::{self, Typed};
use renkei_directory::tool::{ToolRow, ToolYear};
use renkei_directory::{Areas, opendata};
use renkei_store::{Changes, Note};
use serde::Deserialize;

use crate::SampleError;
use crate::region::Region;

const TOOLS: &str = include_str!("../data/tools.csv");
/// Tags of the first guide: one of them is enough.
const MENTAL: [&str; 8] = [
    "psychiatric-nursing",
    "child-adolescent",
    "addiction",
    "dementia",
    "depression",
    "developmental",
    "return-to-work",
    "day-care",
];
/// 令和元年度, in which the programme tells of them.
const YEAR: i64 = 2019;

#[derive(Deserialize)]
struct Row {
    kind: String,
    name: String,
    area: String,
    audience: String,
    act: String,
}

pub(crate) async fn make(region: &mut Region) -> Result<(), SampleError> {
    let store = region.care.store.clone();
    let areas = Areas::load(&store).await?;
    for (key, typed) in [
        ("residents", residents()),
        ("professionals", professionals()),
    ] {
        let ctx = region.program(&format!("guide/{key}"), region.days_ago(200));
        let made = guide::make(&store, &ctx, &areas, &typed).await;
        made.map_err(SampleError::at(key))?;
    }
    tools(region).await?;
    let ctx = region.program("opendata", region.days_ago(1));
    let released = opendata::release(&store, &ctx, &areas).await;
    released.map_err(SampleError::at("opendata"))?;
    Ok(())
}

fn residents() -> Typed {
    Typed {
        title: "区西南部 こころの医療機関マップ".to_owned(),
        form: "map".to_owned(),
        audience: "residents".to_owned(),
        area_kind: "secondary-medical-area".to_owned(),
        areas: vec!["1303".to_owned()],
        tags: MENTAL.map(str::to_owned).to_vec(),
        preface: "こころの不調を相談できる医療機関と窓口です。\n受診の前に、電話で予約が必要か確かめてください。".to_owned(),
        ..Typed::default()
    }
}

fn professionals() -> Typed {
    Typed {
        title: "医療・介護連携ガイドブック".to_owned(),
        form: "guidebook".to_owned(),
        audience: "professionals".to_owned(),
        area_kind: "secondary-medical-area".to_owned(),
        areas: vec!["1303".to_owned(), "1304".to_owned()],
        ..Typed::default()
    }
}

async fn tools(region: &Region) -> Result<(), SampleError> {
    let mut reader = csv::Reader::from_reader(TOOLS.as_bytes());
    let rows: Result<Vec<Row>, csv::Error> = reader.deserialize().collect();
    let rows = rows.map_err(|error| SampleError::data(error.to_string()))?;
    let ctx = region.program("tools", region.days_ago(200));
    let mut changes = Changes::default();
    for row in rows {
        let tool = ToolRow {
            id: ctx.ids.id(),
            kind: row.kind,
            name: row.name,
            area: row.area,
            audience: row.audience,
            url: String::new(),
            note: String::new(),
            revision: 1,
            updated: ctx.at,
        };
        changes.put_tool(&tool);
        changes.put_tool_year(&ToolYear {
            tool: tool.id,
            fiscal_year: YEAR,
            act: row.act,
            note: String::new(),
        });
    }
    changes.note(Note::new("tool.register").detail("sample"));
    region.care.store.commit(&ctx, changes).await?;
    Ok(())
}
