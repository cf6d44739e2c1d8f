//! Markdown tables.

pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, head: &[&str]) -> Self {
        Self { title: title.into(), rows: vec![head.iter().copied().map(str::to_owned).collect()] }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn print(&self) {
        println!("\n### {}\n", self.title);
        for (number, row) in self.rows.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if number == 0 {
                println!("| --- |{}", " ---: |".repeat(row.len() - 1));
            }
        }
    }
}

/// Prints a measured figure beside what it may be at most.
pub(crate) fn limit(what: &str, measured: f64, limit: f64) {
    let verdict = if measured <= limit { "kept" } else { "MISSED" };
    println!("\n{what}: {measured:.2}, at most {limit:.2}: {verdict}");
}

/// Returns the middle of the figures.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
