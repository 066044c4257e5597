//! The catalogue of open data: DCAT 3 as JSON-LD, with a checksum for each published file.

use renkei_base::Lang;
use renkei_directory::opendata::release::ReleaseFile;
use renkei_directory::opendata::{self, Dataset, Format, Release};
use serde_json::{Value, json};

use crate::state::App;

/// The catalogue with everything that was published.
pub(super) fn of(app: &App, releases: &[Release]) -> Value {
    let base = app.config.base_url.as_str();
    let datasets: Vec<Value> = Dataset::ALL
        .into_iter()
        .map(|dataset| of_dataset(app, dataset, releases))
        .collect();
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#"
        },
        "@id": format!("{base}/opendata"),
        "@type": "dcat:Catalog",
        "dct:title": words(app, "opendata-catalogue"),
        "dct:description": words(app, "opendata-about"),
        "dct:language": ["ja", "en"],
        "foaf:homepage": { "@id": base },
        "dcat:dataset": datasets
    })
}

fn of_dataset(app: &App, dataset: Dataset, releases: &[Release]) -> Value {
    let base = app.config.base_url.as_str();
    let name = dataset.name();
    let now = Format::ALL.into_iter().map(|format| {
        let file = opendata::file_name(dataset, format);
        distribution(&format!("{base}/opendata/{file}"), format.media())
    });
    let mut distributions: Vec<Value> = now.collect();
    for release in releases {
        let files = release.files.iter().filter(|file| belongs(file, dataset));
        distributions.extend(files.map(|file| of_file(base, release, file)));
    }
    let newest = releases.first().map(|release| release.row.made_at);
    json!({
        "@id": format!("{base}/opendata#{name}"),
        "@type": "dcat:Dataset",
        "dct:identifier": name,
        "dct:title": words(app, &format!("opendata-{name}")),
        "dct:description": words(app, &format!("opendata-{name}-about")),
        "dct:rights": words(app, "opendata-rights"),
        "dct:modified": newest.map(|at| json!({
            "@type": "xsd:dateTime", "@value": at.to_fhir()
        })),
        "dcat:distribution": distributions
    })
}

fn belongs(file: &ReleaseFile, dataset: Dataset) -> bool {
    opendata::parse(&file.name).is_some_and(|(of, _)| of == dataset)
}

fn distribution(address: &str, media: &str) -> Value {
    let media = media.split(';').next().unwrap_or(media);
    json!({
        "@id": address,
        "@type": "dcat:Distribution",
        "dcat:downloadURL": { "@id": address },
        "dcat:mediaType": {
            "@id": format!("https://www.iana.org/assignments/media-types/{media}")
        }
    })
}

fn of_file(base: &str, release: &Release, file: &ReleaseFile) -> Value {
    let address = format!("{base}/opendata/{}/{}", release.row.id, file.name);
    let mut one = distribution(&address, &file.media);
    if let Some(fields) = one.as_object_mut() {
        let day = release.row.made_at.in_japan().date().to_string();
        fields.insert(
            "dct:issued".to_owned(),
            json!({ "@type": "xsd:date", "@value": day }),
        );
        fields.insert("dcat:byteSize".to_owned(), file.size.into());
        fields.insert(
            "spdx:checksum".to_owned(),
            json!({
                "@type": "spdx:Checksum",
                "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256" },
                "spdx:checksumValue": file.sha256
            }),
        );
    }
    one
}

/// A text in both languages.
fn words(app: &App, key: &str) -> Value {
    let text = |lang: Lang| {
        json!({
            "@language": lang.code(),
            "@value": app.messages.text(lang, key, &[])
        })
    };
    json!([text(Lang::Ja), text(Lang::En)])
}
