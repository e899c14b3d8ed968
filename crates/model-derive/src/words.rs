//! Names and the words in them.

/// `PobTemplate` to `pob_template`.
pub fn snake(camel: &str) -> String {
    split(camel).join("_").to_lowercase()
}

/// `PobTemplate` to `Pob Template`.
pub fn title(camel: &str) -> String {
    split(camel).join(" ")
}

/// `release_event` to `Release event`.
pub fn sentence(snake: &str) -> String {
    let spaced = snake.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `pob_template` to `pob-templates`, `entity` to `entities`.
pub fn plural(snake: &str) -> String {
    let dashed = snake.replace('_', "-");
    match dashed.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if dashed.ends_with(['s', 'x']) => format!("{dashed}es"),
        _ => format!("{dashed}s"),
    }
}

fn split(camel: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in camel.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

/// The text of doc comments: lines joined, blank lines kept as paragraphs.
pub fn docs(attributes: &[syn::Attribute]) -> String {
    let mut out = String::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        let syn::Meta::NameValue(meta) = &attribute.meta else { continue };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { continue };
        let text = text.value();
        let line = text.trim();
        let glue = match (out.is_empty() || out.ends_with('\n'), line.is_empty()) {
            (_, true) => "\n",
            (true, false) => "",
            (false, false) => " ",
        };
        out.push_str(glue);
        out.push_str(line);
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        assert_eq!(snake("PobTemplate"), "pob_template");
        assert_eq!(title("AccountAssignment"), "Account Assignment");
        assert_eq!(sentence("release_event"), "Release event");
        assert_eq!(plural("entity"), "entities");
        assert_eq!(plural("pob_template"), "pob-templates");
        assert_eq!(plural("tax"), "taxes");
        assert_eq!(plural("day"), "days");
    }

    #[test]
    fn doc_comments_become_paragraphs() {
        let item: syn::ItemStruct = syn::parse_quote! {
            /// One line
            /// and its end.
            ///
            /// Another.
            struct S;
        };
        assert_eq!(docs(&item.attrs), "One line and its end.\nAnother.");
    }
}
