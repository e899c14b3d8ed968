//! What the made-up companies sell, to whom and who sells it.

/// One product. Prices are in US cents.
pub(super) struct Product {
    pub number: &'static str,
    pub name: &'static str,
    pub category: &'static str,
    pub class: &'static str,
    pub family: &'static str,
    pub line: &'static str,
    pub unit_list: i64,
    pub most: i64,
    pub deferred: &'static str,
    pub revenue: &'static str,
}

macro_rules! products {
    ($($number:literal $name:literal, $category:literal $class:literal $family:literal $line:literal, $list:literal x $most:literal, $deferred:literal $revenue:literal;)+) => {
        &[$(Product { number: $number, name: $name, category: $category, class: $class, family: $family, line: $line, unit_list: $list, most: $most, deferred: $deferred, revenue: $revenue }),+]
    };
}

pub(super) const PRODUCTS: &[Product] = products! {
    "SAAS-CORE-ENT" "Core platform, enterprise edition, named user", "Subscription" "Recurring" "Core" "Platform", 18_900 x 250, "1000-2310-100-00" "1000-4110-100-00";
    "SAAS-CORE-PRO" "Core platform, professional edition, named user", "Subscription" "Recurring" "Core" "Platform", 9_950 x 400, "1000-2310-100-00" "1000-4110-100-00";
    "SAAS-ANALYTICS" "Analytics module, per workspace", "Subscription" "Recurring" "Analytics" "Platform", 240_000 x 12, "1000-2310-110-00" "1000-4110-110-00";
    "SAAS-CONNECT" "Integration connectors, per endpoint", "Subscription" "Recurring" "Connect" "Platform", 75_000 x 20, "1000-2310-120-00" "1000-4110-120-00";
    "LIC-ONPREM-SRV" "On-premises server licence", "License" "Perpetual" "Server" "Software", 1_250_000 x 4, "1000-2320-200-00" "1000-4210-200-00";
    "LIC-ONPREM-CLI" "On-premises client licence", "License" "Perpetual" "Client" "Software", 32_500 x 150, "1000-2320-200-00" "1000-4210-210-00";
    "SUP-STD" "Standard support, business hours", "Support" "Recurring" "Support" "Services", 410_000 x 3, "1000-2330-300-00" "1000-4310-300-00";
    "SUP-PREM" "Premium support, around the clock", "Support" "Recurring" "Support" "Services", 985_000 x 2, "1000-2330-300-00" "1000-4310-310-00";
    "PS-IMPLEMENT" "Implementation services, per day", "Services" "One-time" "Consulting" "Services", 165_000 x 60, "1000-2340-400-00" "1000-4410-400-00";
    "PS-TRAINING" "Training, per seat", "Services" "One-time" "Education" "Services", 49_900 x 40, "1000-2340-410-00" "1000-4410-410-00";
    "HW-GATEWAY" "Edge gateway appliance", "Hardware" "One-time" "Devices" "Hardware", 289_900 x 25, "1000-2350-500-00" "1000-4510-500-00";
    "HW-SENSOR" "Field sensor, pack of ten", "Hardware" "One-time" "Devices" "Hardware", 61_500 x 80, "1000-2350-500-00" "1000-4510-510-00";
};

pub(super) const COMPANIES: &[&str] = &[
    "Northwind Trading",
    "Blue Harbor Logistics",
    "Cedar Valley Medical",
    "Summit Ridge Energy",
    "Lakeshore Foods",
    "Granite State Insurance",
    "Pioneer Machine Works",
    "Silver Birch Media",
    "Redwood Data Systems",
    "Old Mill Textiles",
    "Harvest Moon Farms",
    "Iron Bridge Capital",
    "Coastal Air Freight",
    "Maple Leaf Retail",
    "Copper Canyon Mining",
    "Evergreen Housing",
];
pub(super) const FORMS: &[&str] = &["Inc.", "LLC", "GmbH", "Ltd", "K.K.", "S.A.", "Group", "Holdings"];
pub(super) const SELLERS: &[&str] =
    &["Ada Moreno", "Ben Okafor", "Chiara Rossi", "Daniel Weiss", "Emi Tanaka", "Femi Adeyemi", "Grace Liu", "Hugo Martin"];
pub(super) const REGIONS: &[&str] = &["AMER", "EMEA", "APAC", "LATAM"];
pub(super) const CHANNELS: &[&str] = &["Direct", "Partner", "Marketplace", "Renewal desk"];

/// Code, decimals, rate to US dollars, and the price of 100 US dollars in minor units, for price lists.
pub(super) struct Money {
    pub code: &'static str,
    pub exponent: u8,
    pub rate: &'static str,
    pub per_hundred_dollars: i64,
}

pub(super) const DOLLAR: Money = Money { code: "USD", exponent: 2, rate: "1", per_hundred_dollars: 10_000 };
pub(super) const EURO: Money = Money { code: "EUR", exponent: 2, rate: "1.0835", per_hundred_dollars: 9_200 };
pub(super) const YEN: Money = Money { code: "JPY", exponent: 0, rate: "0.00671", per_hundred_dollars: 15_000 };
