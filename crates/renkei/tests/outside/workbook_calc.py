"""Opens a workbook in LibreOffice without window, writes cells, saves it: BEFORE AFTER [ROW TEXT]…

ROW is the id in the first column of the sheet 回答; the text goes into its answer. `id:ROW` writes the id itself.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8"}
ANSWER = 5


def prop(name, value):
    one = PropertyValue()
    one.Name, one.Value = name, value
    return one


def desktop(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except Exception:
            time.sleep(0.5)
    raise SystemExit("LibreOffice does not answer")


def write(sheet, row, text):
    wanted = row.removeprefix("id:")
    sheet.unprotect("")
    for number in range(2000):
        if sheet.getCellByPosition(0, number).String == wanted:
            column = 0 if row != wanted else ANSWER
            sheet.getCellByPosition(column, number).setString(text)
            return
    raise SystemExit(f"no row {wanted}")


def main():
    before, after, *pairs = sys.argv[1:]
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"renkei{time.time_ns()}"
        office = subprocess.Popen([
            "soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{profile}",
            f"--accept=pipe,name={pipe};urp",
        ])
        try:
            top = desktop(pipe)
            book = top.loadComponentFromURL(f"file://{before}", "_blank", 0, (prop("Hidden", True),))
            for row, text in zip(pairs[::2], pairs[1::2]):
                write(book.Sheets.getByName("回答"), row, text)
            book.storeToURL(f"file://{after}", (prop("FilterName", FILTERS[Path(after).suffix]),))
            book.close(True)
            try:
                top.terminate()
            except Exception:
                pass
        finally:
            try:
                office.wait(20)
            except subprocess.TimeoutExpired:
                office.kill()


main()
