"""Open data as others read it: the catalogue by rdflib (DCAT), files by pandas, releases that do not change."""

import hashlib
import io

import pandas
import requests
from rdflib import Graph, Namespace
from rdflib.namespace import DCAT, DCTERMS, RDF

from common import BASE, check, ended

SPDX = Namespace("http://spdx.org/rdf/terms#")
AREAS = ["area_kind", "area_code", "area_name", "municipality_code", "municipality_name", "valid_from", "valid_to"]


def table(bytes_):
    """All cells as text: a code is no number."""
    return pandas.read_csv(io.BytesIO(bytes_), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def catalogue():
    """The catalogue as triples: every data set with title, rights and files; every dated file with its checksum."""
    answer = requests.get(f"{BASE}/opendata/catalog.jsonld")
    graph = Graph().parse(data=answer.text, format="json-ld", publicID=f"{BASE}/opendata/catalog.jsonld")
    sets = list(graph.subjects(RDF.type, DCAT.Dataset))
    check("a catalogue with data sets", len(list(graph.subjects(RDF.type, DCAT.Catalog))) == 1 and len(sets) >= 2)
    for one in sets:
        name = str(graph.value(one, DCTERMS.identifier))
        for term in (DCTERMS.title, DCTERMS.description, DCTERMS.rights, DCTERMS.modified):
            check(f"{name} has {term.split('/')[-1]}", graph.value(one, term) is not None)
        files = list(graph.objects(one, DCAT.distribution))
        check(f"{name} has files", len(files) > 1)
        for file in files:
            distribution(graph, name, file)
    return graph


def distribution(graph, name, file):
    url = graph.value(file, DCAT.downloadURL) or graph.value(file, DCAT.accessURL)
    media = graph.value(file, DCAT.mediaType)
    check(f"{name}: a file has an address and a media type", url is not None and media is not None, str(file))
    first, again = (requests.get(str(url)) for _ in range(2))
    checksum = graph.value(file, SPDX.checksum)
    check(f"{name}: {url} is there", first.status_code == 200, str(first.status_code))
    if checksum is None:
        return
    stated = str(graph.value(checksum, SPDX.checksumValue))
    check(f"{name}: {url} has its checksum", hashlib.sha256(first.content).hexdigest() == stated)
    check(f"{name}: {url} does not change", first.content == again.content and "immutable" in first.headers["cache-control"])


def tables():
    """Columns exactly as promised, codes as text, the same rows as JSON."""
    areas = requests.get(f"{BASE}/opendata/areas.csv").content
    check("areas.csv begins with a byte order mark", areas.startswith(b"\xef\xbb\xbf"))
    read = table(areas)
    check("areas.csv has its columns", list(read.columns) == AREAS, str(list(read.columns)))
    medical = read[read.area_kind == "secondary-medical-area"]
    tokyo = medical[medical.municipality_code.str.startswith("13")]
    sizes = tokyo.groupby("area_code").size().tolist()
    check("13 areas of Tokyo with 62 municipalities", sizes == [5, 2, 3, 3, 4, 3, 3, 8, 5, 6, 6, 5, 9], str(sizes))
    check("codes have six digits", tokyo.municipality_code.str.fullmatch(r"\d{6}").all())
    for name in ("areas", "institutions"):
        csv = table(requests.get(f"{BASE}/opendata/{name}.csv").content)
        json = requests.get(f"{BASE}/opendata/{name}.json").json()
        check(f"{name}: as many rows in both", len(csv) == len(json), f"{len(csv)} {len(json)}")
        keys = {key for row in json for key in row}
        check(f"{name}: the same columns in both", set(csv.columns) == keys, str(list(csv.columns)))


catalogue()
tables()
ended()
