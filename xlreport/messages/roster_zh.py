"""How offices head the columns of a roster, and what they call a unit's level: the plainest name first."""

ROSTER_COLUMNS: dict[str, tuple[str, ...]] = {
    "code": (
        "代码", "单位代码", "机构代码", "编码", "单位编码", "机构编码", "统一社会信用代码", "社会信用代码", "信用代码",
        "组织机构代码", "code", "unitcode",
    ),
    "name": ("名称", "单位名称", "机构名称", "全称", "单位全称", "机构全称", "单位", "填报单位", "name", "unitname"),
    "level": ("级别", "单位级别", "机构级别", "层级", "单位层级", "level"),
    "parent": ("上级", "上级单位", "上级名称", "上级单位名称", "上级机关", "主管单位", "主管部门", "上级主管部门", "parent"),
    "contact": ("联系人", "联系人姓名", "填报人", "经办人", "联络员", "姓名", "contact"),
    "phone": ("电话", "联系电话", "联系方式", "电话号码", "办公电话", "手机", "手机号", "手机号码", "phone", "tel", "mobile"),
    "email": ("邮箱", "电子邮箱", "邮箱地址", "电子邮件", "电子邮件地址", "邮件", "e-mail", "email", "mail"),
}  # fmt: skip
"""Compared without regard to spaces, width, case and marks."""

HEADING_MARKS = r"[\s*:]|\((?:必填|选填)\)"
"""What may stand beside the name of a column without belonging to it, as a regular expression."""

LEVEL_WORDS: dict[str, tuple[str, ...]] = {
    "bureau": ("部门", "工作部门", "政府部门", "县直部门", "区直部门", "市直部门", "省直部门", "委办局", "局"),
    "township": (
        "乡镇（街道）", "乡镇/街道", "乡镇、街道", "乡镇街道", "乡镇", "乡（镇）", "乡", "镇", "街道", "街道办事处", "镇街", "乡级",
        "镇级", "乡镇级",
    ),
    "county": (
        "县（市、区）", "县/区", "县、区", "县（区）", "区（县）", "县区", "区县", "县市区", "县", "区", "旗", "县级市", "县级", "区级",
        "区县级", "县区级",
    ),
    "city": ("设区的市", "市", "地级市", "市级", "地市", "地市级", "自治州", "州", "盟"),
    "province": ("省（自治区、直辖市）", "省", "自治区", "直辖市", "省级", "省区市"),
    "ministry": ("国务院部门", "部委", "部", "部级", "部委级"),
}  # fmt: skip
"""The first word of each is the one in the drop-down list."""
