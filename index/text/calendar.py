"""The words of dates in 21 languages: months and weekdays from the Unicode CLDR."""

_MONTHS = (
    "january jan januar janvier janv enero ene gennaio gen janeiro januari tammikuuta tammi "
    "tammikuu stycznia sty styczeń ledna led leden januára január января янв январь січня січ "
    "січень ocak oca ianuarie ian ιανουαρίου ιαν ιανουάριοσ jänner يناير",
    "february feb februar février févr febrero febbraio fevereiro fev februari helmikuuta "
    "helmi helmikuu lutego lut luty února úno únor februára február февраля февр февраль "
    "лютого лют лютий şubat şub febr februarie φεβρουαρίου φεβ φεβρουάριοσ feber fevrier fév "
    "فبراير",
    "march mar märz mär mars marzo março maart mrt marts maaliskuuta maalis maaliskuu marca "
    "marzec března bře březen marec марта мар март березня бер березень mart március márc "
    "martie μαρτίου μαρ μάρτιοσ μάρ maret maerz mrz مارس",
    "april apr avril avr abril abr aprile huhtikuuta huhti huhtikuu kwietnia kwi kwiecień "
    "dubna dub duben apríla apríl апреля апр апрель квітня квіт квітень nisan nis április ápr "
    "aprilie απριλίου απρ απρίλιοσ أبريل ابريل",
    "may mai mayo maggio mag maio mei maj toukokuuta touko toukokuu maja května kvě květen "
    "mája máj мая май травня трав травень mayıs május μάιοσ μάι مايو",
    "june jun juni juin junio giugno giu junho kesäkuuta kesä kesäkuu czerwca cze czerwiec "
    "června čvn červen júna jún июня июн июнь червня черв червень haziran haz június iunie "
    "iun ιουνίου ιουν ιούνιοσ ιούν يونيو",
    "july jul juli juillet juil julio luglio lug julho heinäkuuta heinä heinäkuu lipca lip "
    "lipiec července čvc červenec júla júl июля июл июль липня лип липень temmuz tem július "
    "iulie iul ιουλίου ιουλ ιούλιοσ ιούλ يوليو",
    "august aug août agosto ago augustus augusti elokuuta elo elokuu sierpnia sie sierpień "
    "srpna srp srpen augusta августа авг август серпня серп серпень ağustos ağu augusztus "
    "αυγούστου αυγ αύγουστοσ αύγ agustus agu aout أغسطس اغسطس",
    "september sep sept septembre septiembre settembre set setembro syyskuuta syys syyskuu "
    "września wrz wrzesień září zář septembra сентября сент сентябрь вересня вер вересень "
    "eylül eyl szeptember szept septembrie σεπτεμβρίου σεπ σεπτέμβριοσ setiembre سبتمبر",
    "october oct oktober okt octobre octubre ottobre ott outubro out lokakuuta loka lokakuu "
    "października paź październik října říj říjen októbra október октября окт октябрь жовтня "
    "жовт жовтень ekim eki octombrie οκτωβρίου οκτ οκτώβριοσ أكتوبر اكتوبر",
    "november nov novembre noviembre novembro marraskuuta marras marraskuu listopada lis "
    "listopad listopadu novembra ноября нояб ноябрь листопада лист листопад kasım kas "
    "noiembrie νοεμβρίου νοε νοέμβριοσ νοέ نوفمبر",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro desember des "
    "joulukuuta joulu joulukuu grudnia gru grudzień prosince pro prosinec decembra декабря "
    "дек декабрь грудня груд грудень aralık ara decembrie δεκεμβρίου δεκ δεκέμβριοσ decembre "
    "ديسمبر",
)
_WEEKDAYS = (
    "sunday monday tuesday wednesday thursday friday saturday sun mon tue wed thu fri sat su "
    "mo tu we th fr sa sonntag montag dienstag mittwoch donnerstag freitag samstag so di mi "
    "do dimanche lundi mardi mercredi jeudi vendredi samedi dim lun mar mer jeu ven sam lu ma "
    "me je ve domingo lunes martes miércoles jueves viernes sábado dom mié jue vie sáb ju vi "
    "domenica lunedì martedì mercoledì giovedì venerdì sabato gio sab segunda feira terça "
    "quarta quinta sexta seg ter qua qui sex zondag maandag dinsdag woensdag donderdag "
    "vrijdag zaterdag zo wo vr za söndag måndag tisdag onsdag torsdag fredag lördag sön mån "
    "tis ons tors fre lör sö må ti on to lö søndag mandag tirsdag lørdag søn man tirs lør sø "
    "lø tir tor sunnuntai maanantaina tiistaina keskiviikkona torstaina perjantaina "
    "lauantaina ke pe la maanantai tiistai keskiviikko torstai perjantai lauantai niedziela "
    "poniedziałek wtorek środa czwartek piątek sobota niedz pon wt śr czw pt sob nie wto śro "
    "pią neděle pondělí úterý středa čtvrtek pátek ne po út st čt pá nedeľa pondelok utorok "
    "streda štvrtok piatok ut št pi воскресенье понедельник вторник среда четверг пятница "
    "суббота вс пн вт ср чт пт сб неділя понеділок вівторок середа четвер пʼятниця субота нд "
    "pazar pazartesi salı çarşamba perşembe cuma cumartesi paz pzt sal çar per cum cmt pa ça "
    "cu ct vasárnap hétfő kedd szerda csütörtök péntek szombat v h k sze cs p szo duminică "
    "luni marți miercuri joi vineri sâmbătă dum mie vin sâm du sâ κυριακή δευτέρα τρίτη "
    "τετάρτη πέμπτη παρασκευή σάββατο κυρ δευ τρί τετ πέμ παρ σάβ κυ δε τρ τε πέ πα σά minggu "
    "senin selasa rabu kamis jumat sabtu min sen sel rab kam jum "
    "الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت"
)

MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""The number of a month, by each of its names; no name is that of two months."""
_JOINING = (
    "st nd rd th er re e de del do du le la el il den der dem am um on at of the à a às as las "
    "alle les ore ora klo kl uhr h г года р року в о w o godz godzina godzinie ob dne op om v saat "
    "στις i og och und et y and på em"
)
JOINING = frozenset(_JOINING.split())
"""Words that join the parts of a date, and its time to it."""
WEEKDAYS = frozenset(_WEEKDAYS.split())
"""Names of weekdays; "mar" is March in one language and Tuesday in another."""
