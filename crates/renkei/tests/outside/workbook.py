"""LibreOffice opens the form of a sheet, fills it in, and it comes back: the same record as in the browser.

Needs LibreOffice Calc and its Python bridge (Debian: libreoffice-calc-nogui, python3-uno); skips without them.
"""

import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

BASE = sys.argv[1].rstrip("/")
PYTHON = "/usr/bin/python3"
faults = []


def check(what, good, more=""):
    print(("ok    " if good else "FAULT ") + what + (f": {more}" if more and not good else ""), flush=True)
    if not good:
        faults.append(what)


def bridge():
    if not shutil.which("soffice"):
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True).returncode == 0


def words(page):
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def token(page):
    return re.search(r'name="token" value="([^"]*)"', page).group(1)


def officer(name):
    """A session of one of the sample's people."""
    session = requests.Session()
    page = session.get(f"{BASE}/login").text
    account = re.search(rf'name="account" value="([^"]+)"[^>]*>\s*<b>{name}</b>', page).group(1)
    session.post(f"{BASE}/demo/be", data={"account": account, "token": token(page)})
    return session


def filled(book, changes, end="xlsx"):
    """The workbook after LibreOffice has written these cells: id of the row and text."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.xlsx"), Path(folder, f"after.{end}")
        before.write_bytes(book)
        pairs = [part for pair in changes.items() for part in pair]
        here = Path(__file__).with_name("workbook_calc.py")
        subprocess.run([PYTHON, str(here), str(before), str(after), *pairs], check=True, timeout=180)
        return after.read_bytes()


def brought(session, at, book):
    page = session.get(f"{BASE}{at}").text
    files = {"token": (None, token(page)), "workbook": ("form.xlsx", book)}
    return session.post(f"{BASE}{at}/workbook", files=files)


def main():
    if not bridge():
        print("skipped: no LibreOffice with its Python bridge")
        return
    session = officer(sys.argv[5] if len(sys.argv) > 5 else "西 美咲")
    path = re.search(r'/surveys/[a-z0-9-]+/answer', session.get(f"{BASE}/surveys").text).group(0)
    at = session.get(f"{BASE}{path}").url.removeprefix(BASE)
    book = session.get(f"{BASE}{at}/form.xlsx").content
    check("the form is a workbook", book[:2] == b"PK")

    untouched = brought(session, at, filled(book, {}))
    check("opened and saved without a change", "違うところはありません" in words(untouched.text), words(untouched.text))

    changed = brought(session, at, filled(book, {"a1": "行っている", "b1": "あり"}))
    text = words(changed.text)
    check("two answers differ", changed.status_code == 200 and "2 か所が違います" in text, text)
    fields = re.findall(r'<(?:input type="hidden"|textarea hidden|input type="checkbox") name="([^"]+)"(?: value="([^"]*)")?[^>]*>(?:\n([^<]*)</textarea>)?', changed.text)
    data = [(name, html.unescape(value or text)) for name, value, text in fields]
    taken = session.post(f"{BASE}{at}/workbook/take", data=data)
    check("they are stored", taken.status_code == 200 and "行っている" in taken.text, words(taken.text))
    history = words(session.get(f"{BASE}{at}/history").text)
    check("the record says how they came", history.count("Excel") == 2, history)

    wrong = brought(session, at, filled(book, {"a1": "約20"}))
    check("a wrong cell is named", wrong.status_code == 422 and "回答!F" in words(wrong.text), words(wrong.text))
    moved = brought(session, at, filled(book, {"id:b1": "zz"}))
    check("a changed id is named", moved.status_code == 422 and "「zz」" in words(moved.text), words(moved.text))
    ods = brought(session, at, filled(book, {}, "ods"))
    check("the own format of LibreOffice is told apart", ".ods" in words(ods.text), words(ods.text))


main()
sys.exit(1 if faults else 0)
