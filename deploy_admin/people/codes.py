"""The code lists of health workers: what is stored, and the words people write for it in a roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy_admin.jobs.importing.columns import Code, speaks_chinese


def values(codes: Sequence[Code]) -> list[str]:
    """Return what may be stored."""
    return [code.value for code in codes]


def label(codes: Sequence[Code], value: str) -> str:
    """Return the words for a stored value in the reader's language; the value itself where it has none."""
    for code in codes:
        if code.value == value:
            return code.label
    return value


def choices(codes: Sequence[Code]) -> list[tuple[str, str]]:
    """Return (value, words in the reader's language), for a form."""
    return [(code.value, code.label) for code in codes]


# ---------------------------------------------------------------- the person

#: GB/T 2261.1
SEXES = (
    Code("1", "男", "male", ("男性",)),
    Code("2", "女", "female", ("女性",)),
    Code("0", "未知的性别", "unknown"),
    Code("9", "未说明的性别", "not stated"),
)

_PEOPLES = (
    ("汉", "Han"),
    ("蒙古", "Mongol"),
    ("回", "Hui"),
    ("藏", "Zang (Tibetan)"),
    ("维吾尔", "Uygur"),
    ("苗", "Miao"),
    ("彝", "Yi"),
    ("壮", "Zhuang"),
    ("布依", "Buyei"),
    ("朝鲜", "Chosen (Korean)"),
    ("满", "Man (Manchu)"),
    ("侗", "Dong"),
    ("瑶", "Yao"),
    ("白", "Bai"),
    ("土家", "Tujia"),
    ("哈尼", "Hani"),
    ("哈萨克", "Kazak"),
    ("傣", "Dai"),
    ("黎", "Li"),
    ("傈僳", "Lisu"),
    ("佤", "Va"),
    ("畲", "She"),
    ("高山", "Gaoshan"),
    ("拉祜", "Lahu"),
    ("水", "Sui"),
    ("东乡", "Dongxiang"),
    ("纳西", "Naxi"),
    ("景颇", "Jingpo"),
    ("柯尔克孜", "Kirgiz"),
    ("土", "Tu"),
    ("达斡尔", "Daur"),
    ("仫佬", "Mulao"),
    ("羌", "Qiang"),
    ("布朗", "Blang"),
    ("撒拉", "Salar"),
    ("毛南", "Maonan"),
    ("仡佬", "Gelao"),
    ("锡伯", "Xibe"),
    ("阿昌", "Achang"),
    ("普米", "Pumi"),
    ("塔吉克", "Tajik"),
    ("怒", "Nu"),
    ("乌孜别克", "Uzbek"),
    ("俄罗斯", "Russ"),
    ("鄂温克", "Ewenki"),
    ("德昂", "Deang"),
    ("保安", "Bonan"),
    ("裕固", "Yugur"),
    ("京", "Gin"),
    ("塔塔尔", "Tatar"),
    ("独龙", "Derung"),
    ("鄂伦春", "Oroqen"),
    ("赫哲", "Hezhen"),
    ("门巴", "Monba"),
    ("珞巴", "Lhoba"),
    ("基诺", "Jino"),
)
#: GB/T 3304
ETHNICITIES = (
    *(Code(f"{number:02d}", f"{zh}族", en, (zh,)) for number, (zh, en) in enumerate(_PEOPLES, start=1)),
    Code("97", "其他", "other"),
    Code("98", "外国血统中国籍人士", "Chinese citizen of foreign descent"),
)

#: Of the classes of GB/T 4658 those that the schemes ask for, in their order; the facts of the policies use the same.
EDUCATIONS = (
    Code("secondary", "中专", "secondary vocational", ("中等专科", "中等专业", "中技", "高中")),
    Code("junior_college", "大专", "junior college", ("专科", "大学专科", "高职")),
    Code("bachelor", "本科", "bachelor", ("大学", "大学本科")),
    Code("master", "硕士研究生", "master", ("硕士", "研究生", "硕士研究生毕业")),
    Code("doctor", "博士研究生", "doctor", ("博士", "博士研究生毕业")),
)
#: GB/T 6864 in its three steps.
DEGREES = (
    Code("bachelor", "学士", "bachelor's degree", ("学士学位",)),
    Code("master", "硕士", "master's degree", ("硕士学位",)),
    Code("doctor", "博士", "doctorate", ("博士学位",)),
    Code("none", "无", "none", ("无学位",)),
)

# ---------------------------------------------------------------- employment

STAFF_CATEGORIES = (
    Code("physician", "执业医师类", "physicians", ("医师", "医生", "临床医师", "执业医师", "医师类")),
    Code("nursing", "护理", "nursing", ("护士", "护理类", "护理人员", "注册护士")),
    Code("pharmacy", "药学", "pharmacy", ("药师", "药剂", "药学类", "药学人员")),
    Code("medical_technology", "医技", "medical technology", ("技师", "医技类", "医技人员", "检验", "影像")),
    Code("management", "管理", "management", ("管理类", "管理人员", "行政", "行政管理")),
    Code("other", "其他", "other", ("工勤", "其他人员")),
)
EMPLOYMENT_MODES = (
    Code("establishment", "在编", "on the establishment", ("编内", "在编在岗", "事业编制", "编制")),
    Code("headcount_filing", "总量备案制", "under total-headcount filing", ("备案制", "总量控制", "员额", "总量备案")),
    Code("off_establishment", "编外", "off the establishment", ("非编", "合同制", "聘用制", "临聘", "劳务派遣")),
)
#: How an employment began. A transfer does not restart a clock that runs from the day of hire.
BEGINNINGS = (
    Code("recruited", "新招聘", "recruited"),
    Code("transferred", "调入", "transferred in"),
    Code("changed", "岗位或身份变动", "changed within the unit"),
    Code("unknown", "未填", "not stated"),
)
ENDINGS = (
    Code("transferred", "调出", "transferred out"),
    Code("resigned", "辞职", "resigned", ("离职",)),
    Code("retired", "退休", "retired"),
    Code("dismissed", "解聘", "dismissed", ("辞退", "开除")),
    Code("died", "去世", "died"),
    Code("changed", "岗位或身份变动", "changed within the unit"),
    Code("other", "其他", "other"),
)

# ---------------------------------------------------------------- titles and licences

TITLE_LEVELS = (
    Code("junior", "初级", "junior"),
    Code("intermediate", "中级", "intermediate"),
    Code("associate_senior", "副高级", "associate-senior", ("副高",)),
    Code("senior", "正高级", "senior", ("正高",)),
)
TITLE_SCOPES = (
    Code("general", "全市通用", "general", ("通用", "普通")),
    Code("grassroots_targeted", "基层定向", "grassroots-targeted", ("基层", "定向", "基层有效")),
)


@dataclass(frozen=True)
class TitleCode:
    """One professional title: its code of GB/T 8561, the staff it belongs to (a staff category), its level."""

    code: str
    series: str
    level: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.zh if speaks_chinese() else self.en


TITLES = (
    TitleCode("231", "physician", "senior", "主任医师", "chief physician", ("主任中医师",)),
    TitleCode("232", "physician", "associate_senior", "副主任医师", "associate chief physician", ("副主任中医师",)),
    TitleCode("233", "physician", "intermediate", "主治医师", "attending physician", ("主治中医师", "主管医师")),
    TitleCode("234", "physician", "junior", "医师", "physician", ("住院医师", "中医师")),
    TitleCode("235", "physician", "junior", "医士", "assistant physician", ("中医士",)),
    TitleCode("241", "pharmacy", "senior", "主任药师", "chief pharmacist", ("主任中药师",)),
    TitleCode("242", "pharmacy", "associate_senior", "副主任药师", "associate chief pharmacist", ("副主任中药师",)),
    TitleCode("243", "pharmacy", "intermediate", "主管药师", "pharmacist-in-charge", ("主管中药师",)),
    TitleCode("244", "pharmacy", "junior", "药师", "pharmacist", ("中药师",)),
    TitleCode("245", "pharmacy", "junior", "药士", "assistant pharmacist", ("中药士",)),
    TitleCode("251", "nursing", "senior", "主任护师", "chief nurse"),
    TitleCode("252", "nursing", "associate_senior", "副主任护师", "associate chief nurse"),
    TitleCode("253", "nursing", "intermediate", "主管护师", "nurse-in-charge"),
    TitleCode("254", "nursing", "junior", "护师", "nurse practitioner"),
    TitleCode("255", "nursing", "junior", "护士", "nurse"),
    TitleCode("261", "medical_technology", "senior", "主任技师", "chief technologist"),
    TitleCode("262", "medical_technology", "associate_senior", "副主任技师", "associate chief technologist"),
    TitleCode("263", "medical_technology", "intermediate", "主管技师", "technologist-in-charge"),
    TitleCode("264", "medical_technology", "junior", "技师", "technologist"),
    TitleCode("265", "medical_technology", "junior", "技士", "assistant technologist"),
    TitleCode("other_senior", "other", "senior", "其他正高级", "other, senior", ("研究员", "正高级经济师")),
    TitleCode(
        "other_associate_senior",
        "other",
        "associate_senior",
        "其他副高级",
        "other, associate-senior",
        ("副研究员", "高级工程师", "高级经济师", "高级会计师", "高级政工师"),
    ),
    TitleCode(
        "other_intermediate",
        "other",
        "intermediate",
        "其他中级",
        "other, intermediate",
        ("助理研究员", "工程师", "经济师", "会计师", "政工师"),
    ),
    TitleCode("other_junior", "other", "junior", "其他初级", "other, junior", ("助理工程师", "助理经济师")),
)
TITLE_BY_CODE = {title.code: title for title in TITLES}
#: The same list as a roster's column takes it.
TITLE_CODES = tuple(Code(title.code, title.zh, title.en, title.aliases) for title in TITLES)

LICENCES = (
    Code("physician", "执业医师", "licensed physician", ("执业医师证", "医师")),
    Code("assistant_physician", "执业助理医师", "licensed assistant physician", ("助理医师",)),
    Code("rural_gp_assistant", "乡村全科执业助理医师", "licensed rural GP assistant physician", ("乡村全科",)),
    Code("registered_nurse", "注册护士", "registered nurse", ("护士", "护士执业")),
    Code("village_doctor", "乡村医生", "village doctor", ("村医",)),
)
PRACTICE_CATEGORIES = (
    Code("clinical", "临床", "clinical", ("临床类", "临床类别")),
    Code("tcm", "中医", "TCM", ("中医类", "中西医结合")),
    Code("dental", "口腔", "dental", ("口腔类", "口腔类别")),
    Code("public_health", "公卫", "public health", ("公共卫生", "公共卫生类别")),
)

# ---------------------------------------------------------------- what keeps somebody away, what counts, what bars

#: In the order a form shows them. Those marked personal are told to the own unit and the authority only.
UNAVAILABILITIES = (
    Code("residency_training", "住院医师规范化培训", "residency training", ("规培", "规范化培训", "住培")),
    Code("further_study", "进修学习", "further study", ("进修", "脱产学习")),
    Code("pregnancy_nursing", "孕期、产假或哺乳期", "pregnancy, maternity leave or nursing", ("孕产", "哺乳", "产假")),
    Code("long_illness", "长期病休", "long illness", ("病休", "病假")),
    Code("foreign_aid", "援外", "foreign aid", ("援外医疗",)),
    Code("tibet_xinjiang_aid", "援藏援疆", "Tibet or Xinjiang aid", ("援藏", "援疆")),
    Code("near_retirement", "临近退休", "near retirement", ("退休",)),
    Code("other", "其他", "other"),
)
PERSONAL_UNAVAILABILITIES = frozenset({"pregnancy_nursing", "long_illness"})
#: Service outside this system's assignments that an authority may recognise.
RECOGNITIONS = (
    Code("grassroots_service", "此前的基层服务", "earlier primary-level service", ("基层服务",)),
    Code("foreign_aid", "援外医疗", "foreign medical aid", ("援外",)),
    Code("tibet_xinjiang_aid", "援藏援疆", "Tibet or Xinjiang aid", ("援藏", "援疆")),
    Code("pairing_support", "对口支援", "pairing support", ("对口帮扶",)),
    Code("emergency_order", "应急任务", "emergency by order of an authority", ("抗疫", "应急")),
    Code("other_equivalent", "其他等同经历", "other equivalent"),
)
#: What may bar a person for a while; the policies say what bars and for how long.
EVENTS = (
    Code("disciplinary_sanction", "受处分", "disciplinary sanction", ("处分",)),
    Code("appraisal_unqualified", "考核不合格", "appraisal not qualified", ("不合格",)),
    Code("service_void", "服务不计入", "service not counted"),
    Code("refused_deployment", "不服从派遣", "refused deployment"),
    Code("medical_accident", "医疗事故责任", "responsible for a medical accident", ("医疗事故",)),
)
