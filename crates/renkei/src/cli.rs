//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// renkei 連携: the institutions of a region, working together.
///
/// All commands but `demo`, `serve` and `restore` may be run beside a server that uses the same folder.
/// They end with 0 when everything went well, with 1 and a reason on the error output when not, with 2 when they were
/// called in a wrong way. The log goes to the error output and holds ids, never names.
#[derive(Debug, Parser)]
#[command(name = "renkei", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say more in the log (or set RENKEI_LOG=debug).
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a sample region in an empty folder and serve it, on this machine only.
    ///
    /// Everybody in it is invented and needs no password: on the sign-in page one chooses whom to be.
    /// Real hospitals come in beside it: renkei import medical-institutions FILE --data DIR
    Demo {
        #[command(flatten)]
        place: Place,
        /// Address to listen on; only of this machine. Port 0 takes a free one (default: the configuration's, else
        /// 127.0.0.1:8080).
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Serve a region.
    ///
    /// The first start prints a link by which the region's first administrator sets a password and a second factor.
    /// Until then, and without TLS, only addresses of this machine are served.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address to listen on (default: the configuration's, else 127.0.0.1:8080).
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Bring in a file of open data. Ends with one line of JSON that accounts for every row.
    ///
    /// accepted + unchanged + waiting + refused are the rows; warned are rows with a warning. Twice is once, and what was
    /// cut off is taken up by running it again. Rows that were refused do not make the command fail.
    Import {
        #[command(subcommand)]
        kind: Import,
    },
    /// Other programs that may come in: hospitals' systems and gateways of letters.
    Client {
        #[command(subcommand)]
        what: Client,
    },
    /// Print a bearer token of a client, good for five minutes, for trying the interfaces.
    Token {
        /// The client's name.
        #[arg(long, value_name = "NAME")]
        client: String,
        #[command(flatten)]
        place: Place,
    },
    /// The audit trail.
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
    /// Copy everything into one new file, while the server goes on: database, audit, attachments.
    ///
    /// The file holds patients' data as it is: keep it where only few can read it. Its checksum is printed, to be kept elsewhere.
    Backup {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Make a region of a backup, in an empty folder (and, with PostgreSQL, an empty database).
    ///
    /// Checks every file of it before anything is put in its place, and the whole audit after.
    Restore {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Rebuild the search index from the stored bodies; goes on where it was stopped.
    Reindex {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// 医療情報ネット (ナビイ) open data: any of its ten tables (hospitals, clinics, dental clinics, maternity homes,
    /// pharmacies; institutions or departments with hours), zip or CSV.
    MedicalInstitutions(ImportFile),
    /// 介護サービス情報公表 open data, of any service: zip or CSV.
    CareServices(ImportFile),
    /// 病床機能報告 by area (one sheet each), .xlsx.
    BedReports(ImportFile),
    /// A list of members, .xlsx or CSV: names with an address or a municipality. What is not sure waits at /imports.
    Members(ImportFile),
    /// 地方厚生局 list of institution codes: zip or CSV.
    InstitutionCodes(ImportFile),
    /// Areas (圏域) as sets of municipalities: a CSV with the columns of `/opendata/areas.csv`.
    Areas(ImportFile),
    /// Mergers of municipalities (合併): a CSV with a row for each that ends (旧市区町村コード, 新市区町村コード, 新市区町村名,
    /// 施行日). Areas and institutions follow from that day on; a wrong one is taken back at /areas/mergers.
    Mergers(ImportFile),
    /// Inhabitants of municipalities and those of 65 and over, by year: a CSV (市区町村コード, 年, 人口, 65歳以上人口, 出典).
    MunicipalFigures(ImportFile),
    /// Outlines of municipalities: 国土数値情報 N03, GeoJSON or TopoJSON, plain or zip.
    Boundaries(ImportFile),
}

impl Import {
    /// As in `renkei_directory::import::KINDS`.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::MedicalInstitutions(_) => "medical-institutions",
            Self::CareServices(_) => "care-services",
            Self::BedReports(_) => "bed-reports",
            Self::Members(_) => "members",
            Self::InstitutionCodes(_) => "institution-codes",
            Self::Areas(_) => "areas",
            Self::Mergers(_) => "mergers",
            Self::MunicipalFigures(_) => "municipal-figures",
            Self::Boundaries(_) => "boundaries",
        }
    }

    pub(crate) const fn file(&self) -> &ImportFile {
        match self {
            Self::MedicalInstitutions(file)
            | Self::CareServices(file)
            | Self::BedReports(file)
            | Self::Members(file)
            | Self::InstitutionCodes(file)
            | Self::Areas(file)
            | Self::Mergers(file)
            | Self::MunicipalFigures(file)
            | Self::Boundaries(file) => file,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ImportFile {
    pub(crate) file: PathBuf,
    /// Say what would be new, changed and refused, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write nothing if any row is refused; without it the good rows are kept.
    #[arg(long)]
    pub(crate) all_or_nothing: bool,
    /// The columns hold what their headings say, however strange their values look.
    #[arg(long)]
    pub(crate) columns_are_right: bool,
    /// Write a CSV with a line for each row that was refused, waits or was warned about.
    #[arg(long, value_name = "CSV")]
    pub(crate) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Add a client with its public keys.
    Add(NewClient),
    /// One line each: name, kind, institution, roles, scopes, keys, state, last use.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Give a client other keys. Its tokens end; to change without a gap, give the old and the new key first.
    Keys {
        name: String,
        /// The new JWK Set.
        #[arg(long, value_name = "FILE")]
        jwks: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Shut a client out, from its next request on.
    Suspend {
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Let a suspended client in again.
    Unsuspend {
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewClient {
    /// The client_id: small letters, digits and hyphens.
    pub(crate) name: String,
    /// Whose system it is: renkei's id of the institution, or its ten-digit code.
    #[arg(long, value_name = "ID", required_unless_present = "gateway")]
    pub(crate) institution: Option<String>,
    /// Brings in letters on behalf of any institution, and sees only those.
    #[arg(long, conflicts_with_all = ["institution", "roles"])]
    pub(crate) gateway: bool,
    /// Its public keys: a JWK Set for ES384 or RS384, each key with a kid.
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: PathBuf,
    /// What it may do there: liaison-clerk (if nothing is said), nurse, doctor. Give doctor only to a system in which a
    /// doctor approves each letter and reply before it is sent.
    #[arg(long, value_delimiter = ',', value_name = "ROLES")]
    pub(crate) roles: Vec<String>,
    /// The most that its tokens may hold, such as "system/*.rs system/api.read" (default: everything).
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) scopes: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Check every row, every chain and every head; fails when something was changed, removed, reordered or cut off.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// Folder of the data (default: the configuration's, else renkei-data; demo-data for `demo`).
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
