//! Commands of administration.

use super::{Store, Tenanted, period};
use accrual_base::PeriodId;
use clap::{ArgGroup, Args, Subcommand};

/// Output for programs.
#[derive(Clone, Copy, Debug, Args)]
pub struct Output {
    /// Print JSON, an object a line, instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Settings of a tenant or an entity.
#[derive(Clone, Debug, Default, Args)]
pub struct Settings {
    /// The API: on, or off, which answers 405 to everything.
    #[arg(long, value_parser = ["on", "off"], value_name = "on|off")]
    pub api: Option<String>,
    /// The version of the billing interface that requests without Zuora-Version speak, such as 341.0 or 2025-08-12.
    #[arg(long, value_name = "VERSION")]
    pub default_version: Option<String>,
    /// Time zone that says which day it is, such as Europe/Berlin.
    #[arg(long, value_name = "NAME")]
    pub time_zone: Option<String>,
    /// Limits on requests: Unlimited, Production, DeveloperSandbox or ApiSandbox.
    #[arg(long, value_name = "CLASS")]
    pub rate_class: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// List tenants and their settings.
    List {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        store: Store,
    },
    /// Make a tenant; clients of the revenue interface name it in the header `clientname`.
    ///
    /// It has no users yet: add one with `accrual user add NAME --role "API Role" --tenant TENANT`. A running server takes
    /// it up within seconds.
    #[command(alias = "create")]
    Add {
        /// Lower-case letters, digits and `_`.
        name: String,
        /// The accounting period that is opened first, YYYY-MM; the current month when not given.
        #[arg(long, value_name = "YYYY-MM", value_parser = period)]
        first_period: Option<PeriodId>,
        #[command(flatten)]
        store: Store,
    },
    /// Show the settings of a tenant as JSON.
    Show {
        name: String,
        #[command(flatten)]
        store: Store,
    },
    /// Change settings of a tenant; a running server follows within seconds.
    ///
    /// Example: accrual tenant update default --default-version 2025-08-12 --time-zone Europe/Berlin
    Update {
        name: String,
        /// What people call it.
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        store: Store,
    },
    /// Switch the API of a tenant on or off; off, it answers 405 to everything.
    Api {
        name: String,
        #[arg(value_parser = ["on", "off"])]
        state: String,
        #[command(flatten)]
        store: Store,
    },
}

#[derive(Debug, Subcommand)]
pub enum Entity {
    /// List the entities of a tenant, the global one first.
    List {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Make an entity: a database of its own under the tenant's users.
    ///
    /// Example: accrual entity add EMEA --tenant default
    Add {
        /// Letters, digits, spaces, periods and hyphens; at most 255.
        name: String,
        /// The entity above it.
        #[arg(long, default_value = "Global", value_name = "NAME")]
        parent: String,
        /// The accounting period that is opened first, YYYY-MM; the current month when not given.
        #[arg(long, value_name = "YYYY-MM", value_parser = period)]
        first_period: Option<PeriodId>,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Change the settings, the name or the place of an entity.
    Update {
        /// Its name or its id.
        name: String,
        /// A new name. One that others stand below keeps its name.
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Another entity above it.
        #[arg(long, value_name = "NAME")]
        parent: Option<String>,
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

#[derive(Debug, Subcommand)]
pub enum Organization {
    /// List organizations with their numbers and their ids in the billing interface.
    List {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Make an organization.
    Add {
        /// Its label, as requests name it in Zuora-Working-Org.
        label: String,
        /// Its number, which revenue files carry; the next free one when not given.
        #[arg(long, value_name = "N")]
        number: Option<i64>,
        /// Short code for reports.
        #[arg(long)]
        code: Option<String>,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Change an organization.
    Update {
        /// Its label or number.
        organization: String,
        /// A new label.
        #[arg(long)]
        label: Option<String>,
        #[arg(long)]
        code: Option<String>,
        #[command(flatten)]
        enabled: Change,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

/// On or off again.
#[derive(Clone, Copy, Debug, Args)]
pub struct Change {
    /// Take it into use again.
    #[arg(long, conflicts_with = "disable")]
    pub enable: bool,
    /// Take it out of use; nothing is deleted.
    #[arg(long)]
    pub disable: bool,
}

impl Change {
    /// The new state; nothing when neither was asked for.
    pub fn wanted(self) -> Option<bool> {
        (self.enable || self.disable).then_some(self.enable)
    }
}

/// Where a user works.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Where in the billing interface")]
pub struct Reach {
    /// An entity the user may work in; give it again for more. All when never given.
    #[arg(long, value_name = "NAME", conflicts_with = "all_entities")]
    pub entity: Vec<String>,
    /// Every entity, those to come as well.
    #[arg(long)]
    pub all_entities: bool,
    /// An organization whose accounts the user sees, by label or number; give it again for more. All when never given.
    #[arg(long, value_name = "LABEL", conflicts_with = "all_organizations")]
    pub organization: Vec<String>,
    /// Every organization, those to come as well.
    #[arg(long)]
    pub all_organizations: bool,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Make a user; the password is read from standard input when not given.
    ///
    /// Example: accrual user add ada --role "Platform Standard User" --role "Billing Standard User"
    Add {
        name: String,
        /// A role, for example "API Role"; give it again for more. `accrual role list` lists them.
        #[arg(long, required = true)]
        role: Vec<String>,
        #[arg(long, env = "ACCRUAL_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Change the roles of a user, where it works, or whether it may.
    Update {
        name: String,
        /// The roles from now on; give it again for more.
        #[arg(long)]
        role: Vec<String>,
        #[arg(long)]
        full_name: Option<String>,
        #[arg(long)]
        email: Option<String>,
        #[command(flatten)]
        enabled: Change,
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Set a new password.
    Password {
        name: String,
        #[arg(long, env = "ACCRUAL_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Lock a user out, and its API clients with it.
    Disable {
        name: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// List users and their roles.
    List {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

#[derive(Debug, Subcommand)]
pub enum Role {
    /// List roles.
    List {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// List every permission there is, or those of a category, with the standard user's grant.
    Permissions {
        /// Platform, Billing, Payments, Finance, Commerce or Reporting.
        category: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Make a role of the billing interface.
    ///
    /// Example: accrual role add "Invoice Clerk" --category Billing --permission "Modify Invoice" --permission "Post Invoices"
    Add {
        name: String,
        /// Platform, Billing, Payments, Finance, Commerce or Reporting.
        #[arg(long)]
        category: String,
        /// A permission of the category; give it again for more.
        #[arg(long, conflicts_with = "all_permissions")]
        permission: Vec<String>,
        /// Every permission of the category, those to come as well.
        #[arg(long)]
        all_permissions: bool,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Give a role permissions or take them away.
    #[command(group = ArgGroup::new("what").args(["add", "remove", "enable", "disable"]).multiple(true).required(true))]
    Update {
        name: String,
        /// A permission the role gets; give it again for more.
        #[arg(long, value_name = "PERMISSION")]
        add: Vec<String>,
        /// A permission the role loses.
        #[arg(long, value_name = "PERMISSION")]
        remove: Vec<String>,
        #[command(flatten)]
        enabled: Change,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Delete a role that no user has.
    Delete {
        name: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

#[derive(Debug, Subcommand)]
pub enum Client {
    /// Make an API client; its id and secret are printed once.
    ///
    /// Example: accrual client add warehouse --user ada
    Add {
        /// What it is for.
        name: String,
        /// The user it acts for in the billing interface; without one it may do nothing there.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// The role it acts in in the revenue interface.
        #[arg(long, default_value = "API Role")]
        role: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Change what a client is for, whom it acts for, or whether it may.
    Update {
        client_id: String,
        #[arg(long)]
        name: Option<String>,
        /// The user it acts for.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// The role it acts in in the revenue interface.
        #[arg(long)]
        role: Option<String>,
        #[command(flatten)]
        enabled: Change,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Give a client a new secret, printed once; the old one stops working.
    Secret {
        client_id: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Lock a client out.
    Disable {
        client_id: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// List clients.
    List {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

/// Which changes to show.
#[derive(Debug, Args)]
pub struct Audit {
    /// The object, such as Invoice or User.
    #[arg(long)]
    pub object: Option<String>,
    /// Its id.
    #[arg(long)]
    pub id: Option<String>,
    /// User name of who changed it.
    #[arg(long)]
    pub actor: Option<String>,
    /// What was done, such as post_invoice.
    #[arg(long)]
    pub operation: Option<String>,
    /// At this time or later, UTC: 2024-01-15T12:00:00 or a date.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The newest first.
    #[arg(long)]
    pub newest: bool,
    /// At most so many, 1 to 1,000.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000), value_name = "N")]
    pub limit: u32,
    /// Go on after this place: what the page before printed last.
    #[arg(long, value_name = "MARK")]
    pub after: Option<String>,
    /// The trail of the system instead: tenants, entities and their settings.
    #[arg(long)]
    pub system: bool,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub tenant: Tenanted,
}
