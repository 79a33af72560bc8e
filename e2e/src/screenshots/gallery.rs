//! One page to leaf through all pictures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Every page</title>\n\
    <style>body{font:16px/1.5 sans-serif;margin:24px;background:#ddd}section{margin-bottom:48px}\
    div{display:flex;gap:16px;align-items:flex-start;overflow-x:auto}figure{margin:0;flex:none}\
    img{width:390px;background:#fff}img.wide{width:640px}figcaption{font-size:14px}</style>\n";

/// Writes `index.html` for the pictures that lie in a folder, grouped by page.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in entries {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if let Some((page, _)) = file.split_once('.')
            && file.ends_with(".png")
        {
            pages.entry(page.to_owned()).or_default().push(file);
        }
    }
    let path = folder.join("index.html");
    std::fs::write(&path, page(pages)).with_context(|| format!("{} cannot be written", path.display()))
}

fn page(pages: BTreeMap<String, Vec<String>>) -> String {
    let mut html = HEAD.to_owned();
    for (name, mut files) in pages {
        files.sort();
        // Writing to a String cannot fail.
        let _ = writeln!(html, "<section id=\"{name}\"><h2>{name}</h2><div>");
        for file in files {
            let class = if file.contains(".1280") { " class=\"wide\"" } else { "" };
            let look = file.split('.').nth(1).unwrap_or_default();
            let _ = writeln!(
                html,
                "<figure><a href=\"{file}\"><img{class} loading=\"lazy\" src=\"{file}\" alt=\"\"></a>\
                 <figcaption>{look}</figcaption></figure>"
            );
        }
        html += "</div></section>\n";
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_looks_of_one_page_stand_together() {
        let files = ["01-home.390-en.png", "01-home.1280-zh-CN-dark.png"].map(str::to_owned).to_vec();
        let html = page(BTreeMap::from([("01-home".to_owned(), files)]));
        assert_eq!(html.matches("<section").count(), 1);
        assert_eq!(html.matches("<figure").count(), 2);
        assert!(html.contains("<figcaption>1280-zh-CN-dark"), "{html}");
    }
}
