//! A store, a clock and a region's administrator for the stories of the directory.

use std::sync::Arc;

use renkei_base::{Caller, Ctx, Id, Ids, Role, Roles};
use renkei_directory::import::{self, Choice, Progress, Report, Source};
use renkei_store::{Failure, Store};
use renkei_testkit::{Backend, CountingIds, TestClock};

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    pub(crate) ids: Arc<dyn Ids>,
    _backend: Backend,
}

impl World {
    pub(crate) async fn new(backend: Backend) -> Self {
        let clock = TestClock::default();
        let store = Store::open(&backend.config(), clock.shared())
            .await
            .unwrap();
        Self {
            store,
            clock,
            ids: CountingIds::shared(7),
            _backend: backend,
        }
    }

    pub(crate) fn program(&self) -> Ctx {
        use renkei_base::Clock;
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    pub(crate) fn person(&self, role: Role, institution: Option<&Id>) -> Ctx {
        let mut ctx = self.program();
        ctx.purpose = renkei_base::Purpose::Operations;
        ctx.reach = renkei_base::Reach::NoPatients;
        ctx.caller = Caller {
            account: Some(self.ids.id()),
            name: "試験".to_owned(),
            institution: institution.cloned(),
            roles: Roles::new([role]),
            machine: None,
        };
        ctx
    }

    /// Imports a file as the region's administrator.
    pub(crate) async fn import(
        &self,
        kind: &str,
        file: &str,
        bytes: &[u8],
        choice: Choice,
    ) -> Result<Report, Failure> {
        let source = Source::read(file, bytes.to_vec())?;
        let mut last = Progress { done: 0, rows: 0 };
        let ctx = self.person(Role::RegionAdmin, None);
        let kind = import::kind(kind).unwrap();
        let mut progress = |p| last = p;
        let report =
            import::import(&self.store, &ctx, kind, &source, choice, &mut progress).await?;
        if !report.stopped {
            assert_eq!((last.done, last.rows), (report.rows(), report.rows()));
        }
        Ok(report)
    }

    pub(crate) async fn hospitals(&self, file: &str, bytes: &[u8]) -> Result<Report, Failure> {
        self.import("medical-institutions", file, bytes, Choice::WRITE)
            .await
    }

    pub(crate) async fn codes(&self, file: &str, bytes: &[u8]) -> Result<Report, Failure> {
        self.import("institution-codes", file, bytes, Choice::WRITE)
            .await
    }
}

pub(crate) const HEADINGS: &str = "ID,正式名称,正式名称（フリガナ）,略称,機関区分,都道府県コード,市区町村コード,所在地,\
    所在地座標（緯度）,所在地座標（経度）,案内用ホームページアドレス,毎週決まった曜日に休診（日）,祝日に休診,一般病床,精神病床,合計病床数";

/// Five hospitals: two without coordinates, one total that does not add up, one without kana.
pub(crate) const ROWS: [&str; 5] = [
    "0111010000010,札幌医科大学附属病院,サッポロイカダイガクフゾクビョウイン,札医大,1,01,101,北海道札幌市中央区南１条西１６丁目２９１番地,43.055405,141.333497,https://web.sapmed.ac.jp/hospital/,0,0,816,32,848",
    "131120001,昭和大学附属烏山病院,ショウワダイガクフゾクカラスヤマビョウイン,,1,13,112,東京都世田谷区北烏山６－１１－１１,0.0,0.0,,0,0,,340,340",
    "131100002,医療法人社団　青葉会　目黒あおば病院,,,1,13,110,東京都目黒区中目黒１－２－３,35.64,139.70,www.example.jp,0,,60,0,61",
    "131100003,目黒ひかり病院,メグロヒカリビョウイン,,1,13,110,東京都目黒区碑文谷,0.0,0.0,,,,40,,40",
    "472010001,井上病院,イノウエビョウイン,,1,47,201,沖縄県那覇市天久１,26.2,127.7,,0,0,30,,30",
];

pub(crate) fn csv(headings: &str, rows: &[&str]) -> Vec<u8> {
    let mut text = headings.to_owned();
    for row in rows {
        text.push_str("\r\n");
        text.push_str(row);
    }
    text.into_bytes()
}
