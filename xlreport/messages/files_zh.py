"""Why a file cannot be read as a filled workbook, and what its sender can do about it, in Chinese.

Each code has two sentences: what the file is, and the way out.
"""

FILE_REFUSALS: dict[str, tuple[str, str]] = {
    "EMPTY-FILE": (
        "这个文件是空的（0 字节）。",
        "多半是没有保存好或没有传完，请重新保存后再交。",
    ),
    "LOCK-FILE": (
        "这是表格打开时自动生成的临时文件（文件名以“~$”或“.~”开头），不是填好的表。",
        "请关闭 WPS 或 Excel，交名称里没有这个开头的那个文件。",
    ),
    "DAMAGED-FILE": (
        "这个文件已损坏或不完整。",
        "请在自己电脑上确认能够打开，再“另存为”新的“Excel 工作簿（.xlsx）”重交；打不开的，请重新传送原文件。",
    ),
    "ENCRYPTED-FILE": (
        "这个文件设了打开密码。",
        "请打开后去掉密码（文件—文档加密或信息—保护工作簿，把密码清空），保存后再交。",
    ),
    "OLD-FORMAT": (
        "这是旧版 .xls 或 .et 文件。",
        "请在 WPS 或 Excel 中打开，“另存为”选择“Excel 工作簿（.xlsx）”后再交；只改文件名的后缀没有用。",
    ),
    "OLD-OR-ENCRYPTED": (
        "这是旧版文件，或者设了打开密码的文件。",
        "请在 WPS 或 Excel 中打开，去掉密码，“另存为”选择“Excel 工作簿（.xlsx）”后再交。",
    ),
    "BINARY-WORKBOOK": (
        "这是二进制工作簿（.xlsb）。",
        "请在 Excel 中打开，“另存为”选择“Excel 工作簿（.xlsx）”后再交；只改文件名的后缀没有用。",
    ),
    "MACRO-WORKBOOK": (
        "这个文件带有宏（.xlsm），为安全起见不读取。",
        "请在 WPS 或 Excel 中打开，“另存为”选择“Excel 工作簿（.xlsx）”，提示宏将丢失时选“是”，再交新文件。",
    ),
    "OPENDOCUMENT": (
        "这是 OpenDocument 表格（.ods）。",
        "请打开后“另存为”选择“Excel 工作簿（.xlsx）”再交。",
    ),
    "STRICT-FORMAT": (
        "这是“Strict Open XML 电子表格”，不是普通的 .xlsx。",
        "请在 Excel 中打开，“另存为”选择列表最前面的“Excel 工作簿（.xlsx）”后再交。",
    ),
    "OTHER-OFFICE-FILE": (
        "这是文字文档、演示文稿或别的办公文件，不是表格。",
        "请交填好的 .xlsx 表格。",
    ),
    "ARCHIVE-FILE": (
        "这是压缩包，不是表格。",
        "请解压后交里面的 .xlsx 文件。",
    ),
    "NOT-A-WORKBOOK": (
        "这不是 Excel 工作簿，里面是网页、文本、CSV 或别的内容。",
        "请交填好的 .xlsx 表格；能用 WPS 或 Excel 打开的，打开后“另存为”选择“Excel 工作簿（.xlsx）”再交。",
    ),
    "TOO-LARGE": (
        "这个文件太大，超出了一张填报表应有的大小。",
        "请删去多余的工作表、图片和末尾大片设了格式的空行空列，另存后再交；仍然太大的，请在新领的空白表里重新填写。",
    ),
    "TEXT-TOO-LONG": (
        "这个文件里有一格的文字超过 32,767 个字，表格程序自己也存不下。",
        "请把这段文字分到几格里填写，保存后再交。",
    ),
    "UNSAFE-XML": (
        "这个文件里有表格程序不会写的内容（DOCTYPE 声明），为安全起见不读取。",
        "请在 WPS 或 Excel 中打开，“另存为”新的“Excel 工作簿（.xlsx）”后再交。",
    ),
}
