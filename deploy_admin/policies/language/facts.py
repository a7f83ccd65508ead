"""The names conditions may ask for: whose fact it is, of what type, whether it changes with time, which values it has.

The rules know facts by these names only; each app feeds its own through an adapter. A fact that nothing feeds yet is
marked so, and a clause that depends on it for its number is not computed.

Of a fact's values, None (or none at all) is unknown; the empty tuple is known: there is nothing. A nurse's practice
category is `()`, so a condition on it says no and not "unknown".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from deploy_admin.policies.language.measures import EMPLOYMENT_MODES, PRACTICE_CATEGORIES, STAFF_CATEGORIES, Code


class Subject(StrEnum):
    """Whose fact it is. A sender and a receiver are both institutions; the place of the condition says which."""

    INSTITUTION = "institution"
    PERSON = "person"
    SEGMENT = "segment"


class FactType(StrEnum):
    """What its values are."""

    CODE = "code"  # one of a closed list
    DIVISION = "division"  # a division code
    TEXT = "text"  # an open list kept elsewhere: specialities, communities
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Fact:
    """One name. `ordered` codes compare by the order of their list; `many` facts hold several values at once."""

    name: str
    subject: Subject
    type: FactType
    label_zh: str
    label_en: str
    values: tuple[Code, ...] = ()
    ordered: bool = False
    dated: bool = True
    many: bool = False
    low: int | None = None
    high: int | None = None
    unit_zh: str = ""
    unit_en: str = ""
    fed: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """The values in their order."""
        return tuple(code.value for code in self.values)

    def word(self, value: object, lang: str) -> str:
        """The label of a value in `zh` or `en`; the value itself where it has none."""
        for code in self.values:
            if code.value == str(value):
                return code.label_zh if lang == "zh" else code.label_en
        return str(value)


KINDS = (
    Code("general_hospital", "综合医院", "general hospital"),
    Code("tcm_hospital", "中医医院", "TCM hospital"),
    Code("integrated_hospital", "中西医结合医院", "integrated TCM and Western medicine hospital"),
    Code("specialist_hospital", "专科医院", "specialist hospital"),
    Code("maternal_child_hospital", "妇幼保健院", "maternal and child health hospital"),
    Code("cdc", "疾病预防控制中心", "centre for disease control and prevention"),
    Code("blood_centre", "血站", "blood centre"),
    Code("emergency_centre", "急救中心", "emergency medical centre"),
    Code("health_supervision", "卫生监督机构", "health supervision institution"),
    Code("public_health_institution", "其他公共卫生机构", "other public health institution"),
    Code("medical_sub_centre", "区县域医疗卫生次中心", "county medical sub-centre"),
    Code("central_township_health_centre", "中心卫生院", "central township health centre"),
    Code("township_health_centre", "乡镇卫生院", "township health centre"),
    Code("chsc", "社区卫生服务中心", "community health service centre"),
    Code("chs_station", "社区卫生服务站", "community health service station"),
    Code("village_clinic", "村卫生室", "village clinic"),
    Code("other_health_institution", "其他医疗卫生机构", "other health institution"),
    Code("health_authority", "卫生健康部门", "health authority"),
)
TIERS = (
    Code("village", "村级", "village"),
    Code("township", "乡级", "township"),
    Code("county", "区县级", "district or county"),
    Code("municipal", "市级", "municipal"),
)
LEVELS = (Code("1", "一级", "grade 1"), Code("2", "二级", "grade 2"), Code("3", "三级", "grade 3"))
OWNERSHIPS = (
    Code("public", "公立", "public"),
    Code("private", "民营", "private"),
    Code("collective", "集体", "collective"),
)
AFFILIATIONS = (
    Code("municipal", "市属", "municipal"),
    Code("district", "区县属", "district"),
    Code("military", "部队", "military"),
    Code("university", "高校附属", "university"),
    Code("other", "其他隶属", "other"),
)
AREA_GROUPS = (
    Code("central_urban", "中心城区", "central urban area"),
    Code("main_city_new", "主城新区", "new districts of the main city"),
    Code("northeast", "渝东北", "north-east"),
    Code("southeast", "渝东南", "south-east"),
)
SETTLEMENTS = (Code("street", "街道", "street"), Code("township", "乡镇", "township"))
TITLE_LEVELS = (
    Code("none", "无职称", "no title"),
    Code("junior", "初级", "junior"),
    Code("intermediate", "中级", "intermediate"),
    Code("associate_senior", "副高级", "associate-senior"),
    Code("senior", "正高级", "senior"),
)
LICENCES = (
    Code("physician", "执业医师", "licensed physician"),
    Code("assistant_physician", "执业助理医师", "licensed assistant physician"),
    Code("rural_gp_assistant", "乡村全科执业助理医师", "licensed rural GP assistant physician"),
    Code("registered_nurse", "注册护士", "registered nurse"),
    Code("village_doctor", "乡村医生", "village doctor"),
)
EDUCATIONS = (
    Code("secondary", "中专", "secondary vocational"),
    Code("junior_college", "大专", "junior college"),
    Code("bachelor", "本科", "bachelor"),
    Code("master", "硕士", "master"),
    Code("doctor", "博士", "doctor"),
)

DEGREES = (
    Code("none", "无学位", "no degree"),
    Code("bachelor", "学士", "bachelor's degree"),
    Code("master", "硕士", "master's degree"),
    Code("doctor", "博士", "doctorate"),
)
TITLE_SCOPES = (
    Code("general", "全市通用", "general"),
    Code("grassroots_targeted", "基层定向", "grassroots-targeted"),
)
TITLE_SERIES = (
    Code("physician", "医师", "physicians"),
    Code("nursing", "护理", "nursing"),
    Code("pharmacy", "药学", "pharmacy"),
    Code("medical_technology", "医技", "medical technology"),
    Code("other", "其他", "other"),
)
#: By their codes of GB/T 8561; those outside its five health series are gathered by level.
TITLES = (
    Code("231", "主任医师", "chief physician"),
    Code("232", "副主任医师", "associate chief physician"),
    Code("233", "主治医师", "attending physician"),
    Code("234", "医师", "physician"),
    Code("235", "医士", "assistant physician"),
    Code("241", "主任药师", "chief pharmacist"),
    Code("242", "副主任药师", "associate chief pharmacist"),
    Code("243", "主管药师", "pharmacist-in-charge"),
    Code("244", "药师", "pharmacist"),
    Code("245", "药士", "assistant pharmacist"),
    Code("251", "主任护师", "chief nurse"),
    Code("252", "副主任护师", "associate chief nurse"),
    Code("253", "主管护师", "nurse-in-charge"),
    Code("254", "护师", "nurse practitioner"),
    Code("255", "护士", "nurse"),
    Code("261", "主任技师", "chief technologist"),
    Code("262", "副主任技师", "associate chief technologist"),
    Code("263", "主管技师", "technologist-in-charge"),
    Code("264", "技师", "technologist"),
    Code("265", "技士", "assistant technologist"),
    Code("other_senior", "其他正高级", "other, senior"),
    Code("other_associate_senior", "其他副高级", "other, associate-senior"),
    Code("other_intermediate", "其他中级", "other, intermediate"),
    Code("other_junior", "其他初级", "other, junior"),
)
SEXES = (Code("male", "男", "male"), Code("female", "女", "female"))
#: Why somebody cannot be sent on a day, as the people's records name it.
UNAVAILABILITIES = (
    Code("residency_training", "住院医师规范化培训", "residency training"),
    Code("further_study", "进修学习", "further study"),
    Code("pregnancy_nursing", "孕期、产假或哺乳期", "pregnancy, maternity leave or nursing"),
    Code("long_illness", "长期病休", "long illness"),
    Code("foreign_aid", "援外", "foreign aid"),
    Code("tibet_xinjiang_aid", "援藏援疆", "Tibet or Xinjiang aid"),
    Code("near_retirement", "临近退休", "near retirement"),
    Code("other", "其他", "other"),
)

_I, _P, _S = Subject.INSTITUTION, Subject.PERSON, Subject.SEGMENT
_T = FactType


def _years(name: str, label_zh: str, label_en: str) -> Fact:
    """Completed years on the day, by the corresponding day."""
    return Fact(name, _P, _T.INTEGER, label_zh, label_en, low=0, high=80, unit_zh="年", unit_en=label_en)


FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            Fact("kind", _I, _T.CODE, "机构类别", "kind", KINDS),
            Fact("tier", _I, _T.CODE, "层级", "tier", TIERS, ordered=True),
            Fact("level", _I, _T.INTEGER, "等级", "grade", LEVELS, low=1, high=3),
            Fact("ownership", _I, _T.CODE, "举办主体", "ownership", OWNERSHIPS),
            Fact("affiliation", _I, _T.CODE, "隶属关系", "affiliation", AFFILIATIONS),
            Fact("area_group", _I, _T.CODE, "所在片区", "area group", AREA_GROUPS),
            Fact("remote", _I, _T.BOOLEAN, "边远地区", "remote area"),
            Fact("key_township", _I, _T.BOOLEAN, "乡村振兴重点乡镇", "key township of rural revitalisation"),
            Fact("settlement", _I, _T.CODE, "街道或乡镇", "street or township", SETTLEMENTS),
            Fact(
                "population",
                _I,
                _T.INTEGER,
                "服务人口",
                "population served",
                low=0,
                high=100_000_000,
                unit_zh="人",
                unit_en="people served",
            ),
            Fact("medical_community", _I, _T.TEXT, "所属医共体", "medical community"),
            Fact("in_medical_community", _I, _T.BOOLEAN, "医共体成员单位", "member of a medical community"),
            Fact("located_in", _I, _T.DIVISION, "所在行政区划", "located in", many=True),
            Fact("administered_by", _I, _T.DIVISION, "主管部门所属行政区划", "administered by", many=True),
            Fact("staff_category", _P, _T.CODE, "人员类别", "staff category", STAFF_CATEGORIES),
            Fact("licence", _P, _T.CODE, "执业资格", "licence", LICENCES, many=True),
            Fact("title_level", _P, _T.CODE, "职称", "title", TITLE_LEVELS, ordered=True),
            Fact("title_scope", _P, _T.CODE, "职称适用范围", "scope of the title", TITLE_SCOPES, many=True),
            Fact("title_series", _P, _T.CODE, "职称系列", "series of the title", TITLE_SERIES, many=True),
            Fact("titles_held", _P, _T.CODE, "所持职称", "titles held", TITLES, many=True),
            Fact("title_since", _P, _T.DATE, "取得现有级别职称日期", "date of the present title level"),
            _years("years_in_title", "取得现有级别职称", "years at the present title level"),
            Fact("practice_category", _P, _T.CODE, "执业类别", "practice category", PRACTICE_CATEGORIES, many=True),
            Fact("speciality", _P, _T.TEXT, "专业", "speciality", many=True),
            Fact("major", _P, _T.TEXT, "所学专业", "major"),
            Fact("employment_mode", _P, _T.CODE, "用人方式", "employment mode", EMPLOYMENT_MODES),
            Fact("military_status", _P, _T.BOOLEAN, "军籍", "military status"),
            Fact("hire_date", _P, _T.DATE, "入职日期", "date of hire", dated=False),
            _years("years_since_hire", "入职", "years since hire"),
            Fact("establishment_since", _P, _T.DATE, "入编日期", "date of the establishment post"),
            _years("years_on_establishment", "入编", "years on the establishment"),
            Fact("sex", _P, _T.CODE, "性别", "sex", SEXES, dated=False),
            Fact("age", _P, _T.INTEGER, "年龄", "age", low=14, high=120, unit_zh="岁", unit_en="years of age"),
            _years("years_of_clinical_work", "临床工作", "years of clinical work"),
            Fact("education", _P, _T.CODE, "学历", "education", EDUCATIONS, ordered=True),
            Fact("degree", _P, _T.CODE, "学位", "degree", DEGREES, ordered=True),
            Fact("documents_held", _P, _T.TEXT, "持有证书或材料", "documents held", many=True),
            Fact("documents_valid", _P, _T.TEXT, "有效证书或材料", "documents in force", many=True),
            Fact("management_experience", _P, _T.BOOLEAN, "管理经验", "management experience"),
            Fact("unavailability", _P, _T.CODE, "不可派出情形", "unavailability", UNAVAILABILITIES, many=True),
            Fact("graduate_village_doctor", _P, _T.BOOLEAN, "大学生乡村医生", "graduate village doctor", fed=False),
            Fact("full_time", _S, _T.BOOLEAN, "全脱产", "full-time"),
            Fact("same_district", _S, _T.BOOLEAN, "与派出单位同一区县", "in the sending unit's district"),
            Fact(
                "same_community",
                _S,
                _T.BOOLEAN,
                "与派出单位同一医共体",
                "in the sending unit's medical community",
            ),
            Fact("paired", _S, _T.BOOLEAN, "与派出单位对口支援", "in pairing support with the sending unit"),
            Fact("in_programme", _S, _T.BOOLEAN, "属专科专病建设", "in a speciality programme"),
        )
    }
)

#: The papers a person holds: issued by the day, and not run out on it.
DOCUMENT_FACTS = ("documents_held", "documents_valid")

#: What CountOf can count today; the others wait until somebody keeps the rows.
COUNTED = frozenset({"receivers"})


def of_subject(*subjects: Subject) -> dict[str, Fact]:
    """The facts of these subjects, by name."""
    return {name: fact for name, fact in FACTS.items() if fact.subject in subjects}
