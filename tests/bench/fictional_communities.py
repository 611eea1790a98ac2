"""Who the fictional clinicians are: their groups, names, languages and answers about race and ethnicity.

The six groups of the Census name tables are the nation. The communities beside them are for places whose
people the Census groups would flatten: a demo around Saint Paul needs Hmong, Somali, Oromo and Karen.
Weights are relative; nothing here describes a real person.
"""

from dataclasses import dataclass, field

from tests.bench.fictional_words import listed

Weighted = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Group:
    """People who share a pool of names, languages and likely answers.

    `speaks`: share that speaks a language besides English; `languages`: that language; `also`: a second one
    (empty: the same weights). `names_like`: the Census group that lends names, where none are given here.
    `native`: how a name is written by its owner; `script`: "latin" where half a name may be written so.
    """

    name: str
    speaks: float
    languages: Weighted
    race: Weighted
    ethnicity: Weighted = (("2186-5", 100),)
    also: Weighted = ()
    names_like: str = ""
    surnames: tuple[str, ...] = ()
    women: tuple[str, ...] = ()
    men: tuple[str, ...] = ()
    native: dict[str, str] = field(default_factory=dict)
    script: str = "latin"
    family_first: bool = False
    specialties: tuple[tuple[str, float], ...] = ()


def pairs(text: str) -> Weighted:
    """`"es 52 fr 11"` as (("es", 52.0), ("fr", 11.0))."""
    words = text.split()
    return tuple((words[i], float(words[i + 1])) for i in range(0, len(words), 2))


def spelled(text: str) -> dict[str, str]:
    """`"ALI=Cali, ..."` as a dict; the words on the left are upper case."""
    return dict(item.strip().split("=") for item in text.split(",") if item.strip())


# Shares: AAMC, Physician Specialty Data Report 2022 (63.9/20.6/6.9/5.7/1.3/.3 %), moved a little for other
# professions. 42 % of clinicians list a language besides English (Moreno 2010, California physicians); the
# mix follows Doximity 2017 (Spanish 36.2, Hindi 13.8, French 8.8, Persian 7.6, Chinese 5.2, Arabic 4.1,
# German 3.7, Russian 3.0, Italian 2.7, Hebrew 1.9 % of those who speak several).
CENSUS_GROUPS = (
    Group(
        "white",
        0.30,
        pairs("es 52 fr 11 fa 7 ar 6 de 6 ru 5 it 4 he 3 pl 1.5 pt 1.5 ase 1.2 uk .8 el .8 so .05 sr .3 sq .3 hy .5"),
        pairs("2106-3 93 2106-3|2131-1 1 2129-5 3 2118-8 3"),
    ),
    Group(
        "black",
        0.24,
        pairs("es 30 fr 20 ht 9 yo 9 ig 9 am 7 so 8 sw 4 ak 3 om 1"),
        pairs("2054-5 86 2058-6 6 2060-2 8 2054-5|2106-3 1"),
    ),
    Group(
        "api",
        0.74,
        pairs(
            "hi 28 zh 9 yue 7 es 8 gu 7 te 6 ta 5 pa 5 ur 8 ko 6 vi 6 tl 6 bn 2 mr 2 ml 2 kn 1.5 "
            "ja 1.5 hmn 1.2 km .5 lo .3 my .2 ksw .15 sm .1 nan .4 zh-Hant .3"
        ),
        pairs("2028-9 45 2029-7 20 2034-7 12 2036-2 7 2040-4 6 2047-9 6 2037-0 2 2076-8 1.2 2080-0 .4"),
    ),
    Group(
        "aian",
        0.16,
        pairs("es 55 nv 20 oj 12 lkt 8 dak 5"),
        pairs("1002-5 80 1233-6 10 1010-8 5 1002-5|2106-3 5"),
    ),
    Group(
        "2prace",
        0.42,
        pairs("es 45 fr 10 zh 8 ja 8 tl 8 hi 6 de 5 ko 5 ar 5"),
        pairs("2028-9|2106-3 45 2054-5|2106-3 40 1002-5|2106-3 15"),
    ),
    Group(
        "hispanic",
        0.86,
        pairs("es 93 pt 5 fr 1.5 qu .2 mam .1 mix .2"),
        pairs("2106-3 42 2131-1 50 2054-5 5 1002-5 3"),
        pairs("2135-2 40 2148-5 30 2180-8 12 2182-4 8 2155-0 8 2161-8 2"),
    ),
)
NATIONAL_SHARES = {"white": 62.5, "black": 8.0, "api": 17.5, "aian": 0.6, "2prace": 1.9, "hispanic": 9.5}

FAMILY_CARE = (
    ("208000000X", 6),
    ("207Q00000X", 3),
    ("207R00000X", 1.5),
    ("1041C0700X", 2),
    ("363LF0000X", 2),
)
"""What clinicians of young communities choose more often than others: factors on the national weights."""

COMMUNITIES = (
    Group(
        "somali",
        0.97,
        pairs("so 100"),
        pairs("2054-5|x-somali 70 x-somali 12 2054-5 12 2054-5|2060-2 6"),
        also=pairs("ar 60 sw 25 it 5 om 10"),
        specialties=FAMILY_CARE,
        surnames=listed(
            "WARSAME MOHAMED ABDI HASSAN ALI AHMED FARAH NUR OSMAN IBRAHIM JAMA ISMAIL ADEN "
            "HUSSEIN YUSUF SAMATAR DUALE GULED ABSHIR EGAL ROBLE"
        ),
        women=listed("HODAN FATUMA SAHRA IFRAH LEYLA NASRA KHADRA HAWA ASHA MARYAN UBAH FARHIYA SAGAL IDIL HALIMA"),
        men=listed("ABDULLAHI MOHAMED AHMED LIBAN MAHAD BASHIR ZAKARIA MUSTAFA YONIS HAMZA KHALID ABDIRAHMAN"),
        native=spelled(
            "MOHAMED=Maxamed, AHMED=Axmed, ALI=Cali, HASSAN=Xasan, ABDI=Cabdi, HUSSEIN=Xuseen, "
            "FARAH=Faarax, OSMAN=Cismaan, NUR=Nuur, JAMA=Jaamac, ADEN=Aadan, YUSUF=Yuusuf, "
            "FATUMA=Faadumo, HAWA=Xaawo, ASHA=Caasha, HALIMA=Xaliimo, ABDULLAHI=Cabdullaahi, "
            "ABDIRAHMAN=Cabdiraxmaan, LIBAN=Liibaan, GULED=Guuleed"
        ),
    ),
    Group(
        "hmong",
        0.92,
        pairs("hmn 55 mww 30 hnj 15"),
        pairs("2028-9|2037-0 65 2037-0 25 2028-9 10"),
        also=pairs("lo 65 th 35"),
        specialties=FAMILY_CARE,
        surnames=listed("XIONG VANG YANG MOUA THAO LOR VUE LEE HER KUE CHA HANG"),
        women=("MAI", "PA HOUA", "YER", "KA", "SHOUA", "MEE", "BAO", "KIA", "NOU", "PANG", "XEE", "MAI YIA"),
        men=("TOU", "KOU", "PAO", "CHUE", "FUE", "NENG", "XENG", "YENG", "LENG", "TENG", "BEE"),
        native=spelled(
            "XIONG=Xyooj, VANG=Vaj, YANG=Yaj, MOUA=Muas, THAO=Thoj, LOR=Lauj, VUE=Vwj, LEE=Lis, "
            "HER=Hawj, KUE=Kwm, CHA=Tsab, HANG=Ham"
        ),
    ),
    Group(
        "oromo",
        0.95,
        pairs("om 100"),
        pairs("2054-5|x-oromo 60 x-oromo 15 2054-5|2062-8 15 2054-5 10"),
        also=pairs("am 80 so 20"),
        specialties=FAMILY_CARE,
        surnames=listed("TOLOSA GEMECHU FEYISA DABA GUDETA BULCHA LEMMA NEGASSA JALETA OLJIRA"),
        women=listed("CHALTU LENSA HAWI BONTU SIMBO DERARTU AYANTU KULANI"),
        men=listed("GUTA TOLERA LAMESSA OBSA GADISA BIRHANU JIREGNA DIRIBA"),
    ),
    Group(
        "ethiopian",
        0.95,
        pairs("am 90 ti 10"),
        pairs("2054-5|2062-8 60 2062-8 25 2054-5 15"),
        also=pairs("ti 60 om 40"),
        script="ethiopic",
        surnames=listed("BEKELE TADESSE GIRMA HAILE KEBEDE ALEMU TESFAYE ABERA"),
        women=listed("HIWOT SELAM MERON TIGIST BETHLEHEM"),
        men=listed("DAWIT YONAS SAMUEL ABEBE ELIAS"),
        native=spelled(
            "BEKELE=በቀለ, TADESSE=ታደሰ, GIRMA=ግርማ, HAILE=ኃይሌ, KEBEDE=ከበደ, ALEMU=ዓለሙ, TESFAYE=ተስፋዬ, "
            "ABERA=አበራ, HIWOT=ሕይወት, SELAM=ሰላም, MERON=ሜሮን, TIGIST=ትዕግሥት, BETHLEHEM=ቤተልሔም, "
            "DAWIT=ዳዊት, YONAS=ዮናስ, SAMUEL=ሳሙኤል, ABEBE=አበበ, ELIAS=ኤልያስ"
        ),
    ),
    Group(
        "karen",
        0.97,
        pairs("ksw 88 kjp 12"),
        pairs("2028-9|x-karen 60 x-karen 15 2028-9|2032-1 10 2028-9 15"),
        also=pairs("my 100"),
        specialties=FAMILY_CARE,
        surnames=listed("PAW HTOO MOO WAH SOE SHEE DOH HTWE"),
        women=("NAW EH", "NAW PAW", "NAW MU", "NAW LAH", "NAW KU"),
        men=("SAW HTOO", "SAW LER", "SAW KLER", "SAW EH", "SAW BWE"),
    ),
    Group(
        "nepali",
        0.95,
        pairs("ne 90 dz 10"),
        pairs("2028-9|2031-3 45 2028-9|2050-3 35 2028-9 20"),
        also=pairs("hi 85 dz 15"),
        script="devanagari",
        specialties=FAMILY_CARE,
        surnames=listed("RAI GURUNG TAMANG SUBEDI ADHIKARI DHAKAL BHATTARAI KHADKA GHIMIRE MAGAR"),
        women=listed("SITA MAYA ANITA PUJA SARITA"),
        men=listed("BISHNU RAM KRISHNA SURESH DIPAK PRAKASH"),
        native=spelled(
            "RAI=राई, GURUNG=गुरुङ, TAMANG=तामाङ, SUBEDI=सुवेदी, ADHIKARI=अधिकारी, DHAKAL=ढकाल, "
            "BHATTARAI=भट्टराई, KHADKA=खड्का, GHIMIRE=घिमिरे, MAGAR=मगर, SITA=सीता, MAYA=माया, "
            "ANITA=अनिता, PUJA=पूजा, SARITA=सरिता, BISHNU=विष्णु, RAM=राम, KRISHNA=कृष्ण, "
            "SURESH=सुरेश, DIPAK=दीपक, PRAKASH=प्रकाश"
        ),
    ),
    Group(
        "arab",
        0.90,
        pairs("ar 100"),
        pairs("2118-8 55 2118-8|2123-8 15 2118-8|2122-0 12 2118-8|2120-4 10 2118-8|2125-3 8"),
        also=pairs("fr 70 ckb 30"),
        script="arabic",
        surnames=listed("HADDAD NASSAR KHALIL MANSOUR SALEH HAMDAN KHOURY"),
        women=listed("LAYLA NOUR RANIA HUDA SALMA"),
        men=listed("OMAR YOUSEF KARIM SAMIR TAREK"),
        native=spelled(
            "HADDAD=حداد, NASSAR=نصار, KHALIL=خليل, MANSOUR=منصور, SALEH=صالح, HAMDAN=حمدان, "
            "KHOURY=خوري, LAYLA=ليلى, NOUR=نور, RANIA=رانيا, HUDA=هدى, SALMA=سلمى, OMAR=عمر, "
            "YOUSEF=يوسف, KARIM=كريم, SAMIR=سمير, TAREK=طارق"
        ),
    ),
    Group(
        "vietnamese",
        0.88,
        pairs("vi 100"),
        pairs("2028-9|2047-9 65 2047-9 25 2028-9 10"),
        also=pairs("fr 50 yue 50"),
        surnames=listed("NGUYEN TRAN LE PHAM HUYNH HOANG VO DANG BUI DO NGO"),
        women=listed("LINH MAI HUONG THUY LAN HANH NGOC"),
        men=listed("MINH TUAN HUNG DUNG QUANG KHOA LONG"),
        native=spelled(
            "NGUYEN=Nguyễn, TRAN=Trần, LE=Lê, PHAM=Phạm, HUYNH=Huỳnh, HOANG=Hoàng, VO=Võ, "
            "DANG=Đặng, BUI=Bùi, DO=Đỗ, NGO=Ngô, HUONG=Hương, THUY=Thủy, HANH=Hạnh, NGOC=Ngọc, "
            "TUAN=Tuấn, HUNG=Hùng, DUNG=Dũng"
        ),
    ),
    Group(
        "mandarin",
        0.90,
        pairs("cmn 92 zh 8"),
        pairs("2028-9|2034-7 60 2034-7 25 2028-9 15"),
        also=pairs("yue 60 nan 40"),
        script="han",
        family_first=True,
        surnames=listed("LI WANG ZHANG CHEN LIU HUANG WU ZHOU XU LIN"),
        women=listed("MIN JING FANG YAN HUI MEI"),
        men=listed("WEI JUN MING TAO HAO LEI"),
        native=spelled(
            "LI=李, WANG=王, ZHANG=张, CHEN=陈, LIU=刘, HUANG=黄, WU=吴, ZHOU=周, XU=徐, LIN=林, MIN=敏, "
            "JING=静, FANG=芳, YAN=燕, HUI=慧, MEI=梅, WEI=伟, JUN=军, MING=明, TAO=涛, HAO=浩, LEI=磊"
        ),
    ),
    Group(
        "cantonese",
        0.90,
        pairs("yue 94 zh 6"),
        pairs("2028-9|2034-7 60 2034-7 25 2028-9 15"),
        also=pairs("cmn 90 vi 10"),
        script="han",
        family_first=True,
        surnames=listed("CHAN WONG LEUNG CHEUNG LAU HO LAM NG"),
        women=("KA YAN", "MEI LING", "WAI LING", "SIU FONG"),
        men=("CHI MING", "KA WAI", "WAI KEUNG", "TSZ HIN"),
        native=spelled(
            "CHAN=陳, WONG=黃, LEUNG=梁, CHEUNG=張, LAU=劉, HO=何, LAM=林, NG=吳, KA YAN=嘉欣, "
            "MEI LING=美玲, WAI LING=慧玲, SIU FONG=少芳, CHI MING=志明, KA WAI=家偉, WAI KEUNG=偉強, "
            "TSZ HIN=子軒"
        ),
    ),
    Group(
        "slavic",
        0.95,
        pairs("ru 52 uk 48"),
        pairs("2106-3 90 2106-3|2108-9 10"),
        also=pairs("uk 50 ru 50"),
        script="cyrillic",
        surnames=listed("KOVALENKO BONDARENKO TKACHENKO MELNYK KRAVCHENKO LYSENKO SAVCHENKO"),
        women=listed("OLENA IRYNA NATALIA OKSANA SVITLANA"),
        men=listed("ANDRIY OLEKSANDR DMYTRO SERHIY MYKOLA"),
        native=spelled(
            "KOVALENKO=Коваленко, BONDARENKO=Бондаренко, TKACHENKO=Ткаченко, MELNYK=Мельник, "
            "KRAVCHENKO=Кравченко, LYSENKO=Лисенко, SAVCHENKO=Савченко, OLENA=Олена, "
            "IRYNA=Ірина, NATALIA=Наталія, OKSANA=Оксана, SVITLANA=Світлана, ANDRIY=Андрій, "
            "OLEKSANDR=Олександр, DMYTRO=Дмитро, SERHIY=Сергій, MYKOLA=Микола"
        ),
    ),
    Group(
        "punjabi",
        0.95,
        pairs("pa 100"),
        pairs("2028-9|2029-7 70 2029-7 20 2028-9 10"),
        also=pairs("hi 75 ur 25"),
        script="gurmukhi",
        surnames=listed("DHILLON GILL SIDHU SANDHU GREWAL"),
        women=listed("HARPREET MANDEEP SIMRAN JASPREET"),
        men=listed("GURPREET AMANDEEP BALJIT MANDEEP"),
        native=spelled(
            "DHILLON=ਢਿੱਲੋਂ, GILL=ਗਿੱਲ, SIDHU=ਸਿੱਧੂ, SANDHU=ਸੰਧੂ, GREWAL=ਗਰੇਵਾਲ, "
            "HARPREET=ਹਰਪ੍ਰੀਤ, MANDEEP=ਮਨਦੀਪ, SIMRAN=ਸਿਮਰਨ, JASPREET=ਜਸਪ੍ਰੀਤ, GURPREET=ਗੁਰਪ੍ਰੀਤ, "
            "AMANDEEP=ਅਮਨਦੀਪ, BALJIT=ਬਲਜੀਤ"
        ),
    ),
    Group(
        "afghan",
        0.95,
        pairs("prs 72 ps 28"),
        pairs("2028-9|2126-1 60 2126-1 40"),
        also=pairs("ps 40 fa 35 ur 25"),
        script="arabic",
        specialties=FAMILY_CARE,
        surnames=listed("AHMADI RAHIMI NOORI KARIMI AZIZI HAIDARI"),
        women=listed("FARIDA ZAHRA MARYAM NARGIS SHABNAM"),
        men=listed("AHMAD FARID NAVEED HAMID RAHIM"),
        native=spelled(
            "AHMADI=احمدی, RAHIMI=رحیمی, NOORI=نوری, KARIMI=کریمی, AZIZI=عزیزی, HAIDARI=حیدری, "
            "FARIDA=فریده, ZAHRA=زهرا, MARYAM=مریم, NARGIS=نرگس, SHABNAM=شبنم, AHMAD=احمد, "
            "FARID=فرید, NAVEED=نوید, HAMID=حمید, RAHIM=رحیم"
        ),
    ),
    Group(
        "filipino",
        0.75,
        pairs("tl 88 ilo 12"),
        pairs("2028-9|2036-2 65 2036-2 25 2028-9 10"),
        also=pairs("es 50 ceb 50"),
        surnames=listed("SANTOS REYES CRUZ BAUTISTA OCAMPO MENDOZA AQUINO SALAZAR"),
        women=listed("MARICEL ROWENA JOCELYN LIWAYWAY CRISTINA"),
        men=listed("RAMON RODEL JOMAR BENIGNO ERNESTO"),
    ),
    Group(
        "signing",
        0.98,
        pairs("ase 100"),
        pairs("2106-3 95 2106-3|2113-9 5"),
        also=pairs("es 100"),
        names_like="white",
    ),
    Group(
        "east african",
        0.95,
        pairs("sw 75 rw 25"),
        pairs("2054-5|2060-2 70 2054-5 30"),
        also=pairs("fr 60 ln 40"),
        surnames=listed("MUTUA OTIENO KAMAU WANJIRU MUKASA HABIMANA UWASE"),
        women=listed("GRACE AKINYI NEEMA WAMBUI"),
        men=listed("JUMA BARAKA KAMAU PATRICK"),
    ),
)
GROUPS = CENSUS_GROUPS + COMMUNITIES


@dataclass(frozen=True)
class Mix:
    """Who lives and works in a place, and what its offices speak. Shares of groups are relative."""

    shares: dict[str, float]
    office_languages: Weighted


NATION = Mix(NATIONAL_SHARES, pairs("es 70 hmn 4 so 4 cmn 5 vi 4 ar 3 ru 3 ht 2 ase 2 tl 2 ko 1"))
PLACES = {
    "551": Mix(
        {
            "white": 61,
            "black": 6,
            "api": 7,
            "aian": 1.2,
            "2prace": 2,
            "hispanic": 7,
            "somali": 5,
            "hmong": 5.5,
            "oromo": 1.6,
            "ethiopian": 1.3,
            "karen": 1.3,
            "vietnamese": 0.8,
            "signing": 1.2,
            "slavic": 0.4,
        },
        pairs("es 26 hmn 20 so 20 om 7 ksw 7 am 6 vi 4 ase 4 ar 3 my 2 ru 1"),
    ),
    "152": Mix(
        {
            "white": 74,
            "black": 7,
            "api": 6,
            "aian": 0.2,
            "2prace": 1.5,
            "hispanic": 4,
            "nepali": 2.6,
            "arab": 2,
            "mandarin": 1.4,
            "east african": 0.8,
            "signing": 0.6,
        },
        pairs("es 34 ne 24 ar 16 cmn 9 sw 7 ase 4 rw 3 uk 3"),
    ),
    "958": Mix(
        {
            "white": 47,
            "black": 5,
            "api": 9,
            "aian": 0.7,
            "2prace": 3,
            "hispanic": 12,
            "hmong": 2.6,
            "slavic": 4.6,
            "vietnamese": 3,
            "mandarin": 2.4,
            "cantonese": 2.6,
            "punjabi": 3,
            "afghan": 2.6,
            "filipino": 2.4,
            "signing": 0.5,
        },
        pairs("es 36 hmn 9 ru 10 uk 7 vi 8 yue 7 cmn 6 pa 6 prs 5 ps 2 tl 3 ase 1"),
    ),
}
"""Mixes by the first three digits of the ZIP code that a network is built around."""

ACCENTED = spelled(
    "GARCIA=García, NUNEZ=Núñez, MUNOZ=Muñoz, HERNANDEZ=Hernández, LOPEZ=López, "
    "PEREZ=Pérez, SANCHEZ=Sánchez, ORDONEZ=Ordóñez, PENA=Peña, DIAZ=Díaz, "
    "RAMIREZ=Ramírez, MARTINEZ=Martínez, RODRIGUEZ=Rodríguez, GONZALEZ=González, "
    "GOMEZ=Gómez, FERNANDEZ=Fernández, GUTIERREZ=Gutiérrez, MULLER=Müller, "
    "NGUYEN=Nguyễn, TRAN=Trần, PHAM=Phạm, JOSE=José, MARIA=María, JESUS=Jesús, "
    "ANGEL=Ángel, SOFIA=Sofía, ANDRES=Andrés, MONICA=Mónica, RAUL=Raúl, "
    "VERONICA=Verónica, RENE=René"
)
"""Names whose owners often write them with marks that registries drop."""

WRITTEN_OTHERWISE = spelled(
    "NGUYEN=Nguyễn Văn An, LI=李伟, WANG=王芳, ZHANG=张敏, CHEN=陈静, KIM=김민준, LEE=이서연, "
    "PARK=박지훈, ALI=علي حسن, AHMED=أحمد حسن, KHAN=عمران خان, PATEL=નીતા પટેલ, "
    "SINGH=ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ, SHARMA=अनिल शर्मा, COHEN=יעל כהן, IVANOV=Иван Иванов, "
    "YANG=Yaj, VANG=Vaj, MOHAMED=محمد علي"
)
"""Whole names in the owner's own writing, by surname: the registry's given name may be another."""

SHORT_NAMES = spelled(
    "MICHAEL=Mike, ROBERT=Bob, WILLIAM=Bill, ELIZABETH=Liz, JENNIFER=Jen, "
    "CHRISTOPHER=Chris, KATHERINE=Kate, MATTHEW=Matt, PATRICIA=Pat, THOMAS=Tom, "
    "DEBORAH=Deb, STEVEN=Steve, REBECCA=Becca, DANIEL=Dan, MARGARET=Meg, JONATHAN=Jon, "
    "SAMANTHA=Sam, ALEXANDER=Alex"
)
