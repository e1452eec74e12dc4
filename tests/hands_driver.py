"""Do a person's steps in a running LibreOffice; run by a Python that has ``uno``, never imported by tests.

Rows and columns are addresses such as ``D5``; every step that changes a cell goes through the dispatcher,
so protection, formats and validations behave as they do under a person's hands.
"""

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not start")


def properties(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


class Driver:
    def __init__(self, context, folder):
        manager = context.ServiceManager
        self.desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self.dispatcher = manager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
        self.folder = folder
        self.documents = {}
        self.name = None

    @property
    def document(self):
        return self.documents[self.name]

    @property
    def controller(self):
        return self.document.getCurrentController()

    def dispatch(self, command, **values):
        self.dispatcher.executeDispatch(self.controller.getFrame(), command, "", 0, properties(**values))

    def sheet(self, name):
        return self.document.Sheets.getByName(name)

    def go(self, sheet, cells):
        self.controller.setActiveSheet(self.sheet(sheet))
        self.dispatch(".uno:GoToCell", ToPoint=cells)

    # ── steps ──

    def open(self, file):
        url = (self.folder / file).as_uri()
        self.documents[file] = self.desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=False))
        self.name = file
        return [sheet.Name for sheet in self.document.Sheets]

    def use(self, file):
        self.name = file

    def type(self, sheet, cells):
        """Type texts into cells, as from the keyboard; a number's text becomes a number."""
        for address, text in cells.items():
            self.go(sheet, address)
            self.dispatch(".uno:EnterString", StringName=text)

    def clear(self, sheet, cells):
        self.go(sheet, cells)
        self.dispatch(".uno:ClearContents")

    def copy(self, sheet, cells):
        self.go(sheet, cells)
        self.dispatch(".uno:Copy")

    def cut(self, sheet, cells):
        self.go(sheet, cells)
        self.dispatch(".uno:Cut")

    def paste(self, sheet, cell):
        self.go(sheet, cell)
        self.dispatch(".uno:Paste")

    def paste_values(self, sheet, cell):
        self.go(sheet, cell)
        self.dispatch(".uno:PasteOnlyValue")

    def fill(self, sheet, cells, to):
        """Drag the corner of a selection to another cell."""
        self.go(sheet, cells)
        self.dispatch(".uno:AutoFill", EndCell=to)

    def merge(self, sheet, cells):
        self.go(sheet, cells)
        self.dispatch(".uno:MergeCells")

    def undo(self):
        self.dispatch(".uno:Undo")

    def paste_text(self, sheet, cell):
        """Paste words and numbers without their formats, into a locked sheet as well."""
        self.go(sheet, cell)
        self.dispatch(".uno:PasteUnformatted")

    def command(self, sheet, cells, name, **values):
        """Any command of the menus on a selection."""
        self.go(sheet, cells)
        self.dispatch(f".uno:{name}", **values)

    # ── what a stubborn clerk does once the lock is off ──

    def unprotect(self, sheet):
        self.sheet(sheet).unprotect("")

    def protect(self, sheet):
        self.sheet(sheet).protect("")

    def lock(self, sheet, cells, locked):
        area = self.sheet(sheet).getCellRangeByName(cells)
        protection = area.CellProtection
        protection.IsLocked = locked
        area.CellProtection = protection

    def rename(self, sheet, name):
        self.sheet(sheet).Name = name

    def remove(self, sheet):
        self.document.Sheets.removeByName(sheet)

    def copy_sheet(self, sheet, name):
        self.document.Sheets.copyByName(sheet, name, self.document.Sheets.Count)

    def move_sheet(self, sheet, position):
        self.document.Sheets.moveByName(sheet, position)

    def add_sheet(self, name):
        self.document.Sheets.insertNewByName(name, self.document.Sheets.Count)

    def show(self, sheet, visible):
        self.sheet(sheet).IsVisible = visible

    def comment(self, sheet, cell, text):
        page = self.sheet(sheet)
        page.Annotations.insertNew(page.getCellRangeByName(cell).CellAddress, text)

    def picture(self, sheet, file):
        graphic = self.document.createInstance("com.sun.star.drawing.GraphicObjectShape")
        graphic.GraphicURL = (self.folder / file).as_uri()
        self.sheet(sheet).DrawPage.add(graphic)

    def without_print_names(self, sheet):
        page = self.sheet(sheet)
        page.setPrintAreas(())
        page.setPrintTitleRows(False)
        for name in page.NamedRanges.ElementNames:  # they outlive what they name
            page.NamedRanges.removeByName(name)

    def recalculate(self):
        self.document.calculateAll()

    def read(self, sheet, cells):
        """What cells show and hold: text, number, formula, whether locked."""
        found = {}
        for address in cells:
            cell = self.sheet(sheet).getCellRangeByName(address)
            found[address] = {
                "text": cell.String,
                "value": cell.Value,
                "formula": cell.Formula,
                "type": cell.Type.value,
                "locked": cell.CellProtection.IsLocked,
            }
        return found

    def unlocked(self, sheet, cells):
        """The addresses of a range that are not locked."""
        area = self.sheet(sheet).getCellRangeByName(cells)
        first = area.RangeAddress
        found = []
        for row in range(first.EndRow - first.StartRow + 1):
            for column in range(first.EndColumn - first.StartColumn + 1):
                cell = area.getCellByPosition(column, row)
                if not cell.CellProtection.IsLocked:
                    found.append(cell.AbsoluteName.rsplit(".", 1)[1].replace("$", ""))
        return found

    def tab_walk(self, sheet, start, steps):
        """Where Tab goes on a protected sheet, from one cell on."""
        self.go(sheet, start)
        visited = []
        for _ in range(steps):
            self.dispatch(".uno:JumpToNextUnprotected")
            cell = self.document.getCurrentSelection()
            address = cell.AbsoluteName.rsplit(".", 1)[1].replace("$", "")
            visited.append(address.split(":")[0])  # a merged cell is known by its first
        return visited

    def save(self, **target):
        url = (self.folder / target["as"]).as_uri()
        self.document.storeToURL(url, properties(FilterName="Calc MS Excel 2007 XML"))

    def close(self):
        self.document.close(True)
        del self.documents[self.name]


def main():
    pipe, folder = sys.argv[1], Path(sys.argv[2])
    driver = Driver(connect(pipe), folder)
    results = []
    for step in json.loads((folder / "steps.json").read_text("utf-8")):
        arguments = {key: value for key, value in step.items() if key != "do"}
        results.append(getattr(driver, step["do"])(**arguments))
    (folder / "results.json").write_text(json.dumps(results), "utf-8")
    for document in list(driver.documents.values()):
        document.close(True)
    with suppress(Exception):  # it ends the connection it answers on
        driver.desktop.terminate()


main()
