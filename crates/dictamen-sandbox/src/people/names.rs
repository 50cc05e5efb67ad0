//! Names of people, employers and states.

use crate::random::Dice;

/// A made-up person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) given: &'static str,
    pub(crate) first_surname: &'static str,
    pub(crate) second_surname: &'static str,
    pub(crate) woman: bool,
}

const WOMEN: [&str; 31] = [
    "ALEJANDRA",
    "BEATRIZ",
    "CLAUDIA",
    "DANIELA",
    "ELENA",
    "FERNANDA",
    "GABRIELA",
    "HILDA",
    "IRENE",
    "JIMENA",
    "KARLA",
    "LETICIA",
    "MARTHA",
    "NORMA",
    "OLGA",
    "PATRICIA",
    "QUETZALI",
    "ROSA",
    "SILVIA",
    "TERESA",
    "URSULA",
    "VERONICA",
    "WENDY",
    "XIMENA",
    "YOLANDA",
    "ZULEMA",
    "GUADALUPE",
    "MARGARITA",
    "ARACELI",
    "ELIZABETH",
    "LUZ",
];
const MEN: [&str; 31] = [
    "ANTONIO",
    "BERNARDO",
    "CARLOS",
    "DAVID",
    "EDUARDO",
    "FRANCISCO",
    "GERARDO",
    "HECTOR",
    "IGNACIO",
    "JAVIER",
    "KEVIN",
    "LUIS",
    "MIGUEL",
    "NICOLAS",
    "OSCAR",
    "PEDRO",
    "QUIRINO",
    "RICARDO",
    "SERGIO",
    "TOMAS",
    "ULISES",
    "VICTOR",
    "WILFRIDO",
    "XAVIER",
    "YAIR",
    "ZENON",
    "ALEJANDRO",
    "ROBERTO",
    "JORGE",
    "ARTURO",
    "ENRIQUE",
];
const SURNAMES: [&str; 46] = [
    "AGUILAR",
    "BAUTISTA",
    "CASTILLO",
    "DOMINGUEZ",
    "ESPINOSA",
    "FLORES",
    "GARCIA",
    "HERNANDEZ",
    "IBARRA",
    "JIMENEZ",
    "KU",
    "LOPEZ",
    "MARTINEZ",
    "NAVARRO",
    "ORTIZ",
    "PEREZ",
    "QUINTERO",
    "RAMIREZ",
    "SANCHEZ",
    "TORRES",
    "URIBE",
    "VAZQUEZ",
    "WONG",
    "XOLO",
    "YAÑEZ",
    "ZAMORA",
    "GONZALEZ",
    "RODRIGUEZ",
    "MORALES",
    "REYES",
    "GUTIERREZ",
    "MENDOZA",
    "RUIZ",
    "ALVAREZ",
    "ROMERO",
    "MORENO",
    "CRUZ",
    "RIVERA",
    "GOMEZ",
    "DIAZ",
    "CHAVEZ",
    "JUAREZ",
    "SALAZAR",
    "MEDINA",
    "VARGAS",
    "LARA",
];

/// Any name.
pub(crate) fn any(dice: &mut Dice) -> Name {
    let woman = dice.chance(420);
    Name {
        given: dice.pick(if woman { &WOMEN } else { &MEN }, "LUZ"),
        first_surname: dice.pick(&SURNAMES, "LARA"),
        second_surname: dice.pick(&SURNAMES, "LARA"),
        woman,
    }
}

/// A name that could have the CURP, as far as the lists go.
pub(crate) fn fitting(curp: &str, dice: &mut Dice) -> Name {
    let at = |place: usize| curp.chars().nth(place).unwrap_or('X');
    let mut beginning = |list: &[&'static str], initial: char| {
        let fitting: Vec<&'static str> = list
            .iter()
            .copied()
            .filter(|name| name.starts_with(initial))
            .collect();
        let otherwise = dice.pick(list, "LARA");
        dice.pick(&fitting, otherwise)
    };
    let woman = at(10) == 'M';
    Name {
        first_surname: beginning(&SURNAMES, at(0)),
        second_surname: beginning(&SURNAMES, at(2)),
        given: beginning(if woman { &WOMEN } else { &MEN }, at(3)),
        woman,
    }
}

/// States with their shares, in thousandths, of the jobs the IMSS registers.
const STATES: [(&str, i64); 17] = [
    ("CIUDAD DE MEXICO", 158),
    ("NUEVO LEON", 85),
    ("JALISCO", 90),
    ("ESTADO DE MEXICO", 82),
    ("GUANAJUATO", 49),
    ("BAJA CALIFORNIA", 48),
    ("CHIHUAHUA", 44),
    ("COAHUILA", 38),
    ("PUEBLA", 30),
    ("TAMAULIPAS", 32),
    ("QUERETARO", 33),
    ("SONORA", 29),
    ("SINALOA", 28),
    ("VERACRUZ", 35),
    ("YUCATAN", 21),
    ("SAN LUIS POTOSI", 22),
    ("DISTRITO FEDERAL", 10),
];

/// A federal state, in the spelling of the IMSS, which still knows old names.
pub(crate) fn state(dice: &mut Dice) -> &'static str {
    let total = STATES
        .iter()
        .map(|(_, share)| *share)
        .fold(0, i64::saturating_add);
    let mut at = dice.between(0, total.saturating_sub(1));
    for (state, share) in STATES {
        if at < share {
            return state;
        }
        at = at.saturating_sub(share);
    }
    "PUEBLA"
}

const TRADES: [&str; 20] = [
    "COMERCIALIZADORA",
    "TRANSPORTES",
    "SERVICIOS INTEGRALES",
    "MANUFACTURAS",
    "CONSTRUCTORA",
    "TALLERES",
    "ALIMENTOS",
    "AUTOPARTES",
    "TEXTILES",
    "LOGISTICA",
    "CONSULTORES",
    "HOTELERA",
    "FARMACIAS",
    "AGROINDUSTRIAS",
    "TECNOLOGIAS",
    "MADERAS",
    "PLASTICOS",
    "SEGURIDAD PRIVADA",
    "ABARROTES",
    "LABORATORIOS",
];
const PLACES: [&str; 22] = [
    "DEL VALLE",
    "DEL BAJIO",
    "DEL NORTE",
    "AZTECA",
    "DEL PACIFICO",
    "LA ESPERANZA",
    "SAN MIGUEL",
    "DEL CENTRO",
    "DEL GOLFO",
    "LOS ALAMOS",
    "EL ROBLE",
    "TRES RIOS",
    "DE OCCIDENTE",
    "LA SIERRA",
    "METROPOLITANA",
    "LOS PINOS",
    "SANTA FE",
    "DEL SURESTE",
    "MONTECRISTO",
    "EL CARMEN",
    "IXTLA",
    "NOPALERA",
];
const FORMS: [&str; 5] = [
    "SA DE CV",
    "SA DE CV",
    "SA DE CV",
    "S DE RL DE CV",
    "SAPI DE CV",
];

/// The legal name of a company.
pub(crate) fn company(dice: &mut Dice) -> String {
    let (trade, place) = (
        dice.pick(&TRADES, "TALLERES"),
        dice.pick(&PLACES, "DEL VALLE"),
    );
    format!("{trade} {place} {}", dice.pick(&FORMS, "SA DE CV"))
}

const ENTITIES: [&str; 7] = [
    "SECRETARIA DE EDUCACION PUBLICA (SEP)",
    "SECRETARIA DE SALUD (SSA)",
    "INSTITUTO POLITECNICO NACIONAL (IPN)",
    "SECRETARIA DE MARINA (SEMAR)",
    "SERVICIO DE ADMINISTRACION TRIBUTARIA (SAT)",
    "GOBIERNO DE LA CIUDAD DE MEXICO",
    "COMISION NACIONAL DEL AGUA (CONAGUA)",
];

/// A public entity and the one that manages it, as the ISSSTE joins them.
pub(crate) fn public_entity(dice: &mut Dice) -> String {
    let entity = dice.pick(&ENTITIES, "SECRETARIA DE SALUD (SSA)");
    format!("{entity};{entity}")
}
