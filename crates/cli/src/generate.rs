//! `accrual generate`.

use crate::args::GenerateRevenue;
use accrual_app::generate;
use accrual_base::{Error, PeriodId, Result};
use std::fs::File;
use std::io::{BufWriter, stdout};
use std::path::Path;

/// The period of generated data when none is given.
const PERIOD: PeriodId = PeriodId(202_401);

/// Writes an upload file of order lines.
pub fn revenue(args: &GenerateRevenue) -> Result<()> {
    let options = generate::Revenue { lines: args.lines, seed: args.seed, open: args.period.unwrap_or(PERIOD) };
    if args.output.as_os_str() == "-" {
        return generate::revenue(options, &mut stdout().lock());
    }
    generate::revenue(options, &mut BufWriter::new(create(&args.output)?))
}

fn create(path: &Path) -> Result<File> {
    File::create(path).map_err(|e| Error::invalid("output.file", format!("{} cannot be written: {e}.", path.display())))
}
