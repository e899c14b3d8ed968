use super::expand;
use syn::parse_quote;

fn refusal(input: &syn::DeriveInput) -> String {
    match expand(input) {
        Ok(_) => String::from("accepted"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn a_plain_struct_is_accepted() {
    let input = parse_quote! {
        #[object(label = "Office", unique = "name, street")]
        struct Office {
            #[field(unique, max = 80, default = "x")]
            name: String,
            street: Option<String>,
            #[field(default = -1.25)]
            rent: Decimal,
            #[field(default = [])]
            rooms: Vec<Room>,
        }
    };
    assert_eq!(refusal(&input), "accepted");
}

#[test]
fn what_is_not_a_struct_with_named_fields_is_refused() {
    assert!(
        refusal(&parse_quote!(
            enum E {
                A,
            }
        ))
        .contains("derive TextEnum")
    );
    assert!(
        refusal(&parse_quote!(
            struct S(String);
        ))
        .contains("named fields")
    );
    assert!(
        refusal(&parse_quote!(
            struct S<T> {
                a: T,
            }
        ))
        .contains("no type parameters")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {}
        ))
        .contains("at least one field")
    );
}

#[test]
fn unknown_options_are_named_with_those_that_exist() {
    let wrong = refusal(&parse_quote!(
        struct S {
            #[field(filtrable)]
            a: String,
        }
    ));
    assert!(wrong.contains("`filtrable`") && wrong.contains("filterable"), "{wrong}");
    assert!(
        refusal(&parse_quote!(
            #[object(colour = "red")]
            struct S {
                a: String,
            }
        ))
        .contains("`colour`")
    );
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(fixed, read_only)]
                a: String,
            }
        ))
        .contains("not both")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(secret, filterable)]
                a: String,
            }
        ))
        .contains("secret")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(secret)]
                a: i64,
            }
        ))
        .contains("a secret is a String")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(max = 3)]
                a: bool,
            }
        ))
        .contains("length")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(unique)]
                a: Vec<i64>,
            }
        ))
        .contains("a list is JSON")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(values = ["A"])]
                a: i64,
            }
        ))
        .contains("derive TextEnum")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(reference = "Org")]
                a: bool,
            }
        ))
        .contains("by id")
    );
    assert!(
        refusal(&parse_quote!(
            #[object(unique = "b")]
            struct S {
                a: String,
            }
        ))
        .contains("no field `b`")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(unique, unique)]
                a: String,
            }
        ))
        .contains("twice")
    );
}

#[test]
fn lists_may_refer() {
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(reference = "Org")]
                a: Vec<bool>,
            }
        ))
        .contains("Vec<i64>")
    );
    assert_eq!(
        refusal(&parse_quote!(
            struct S {
                #[field(reference = "Org")]
                a: Vec<i64>,
            }
        )),
        "accepted"
    );
    assert_eq!(
        refusal(&parse_quote!(
            struct S {
                #[field(reference = "Org", at = "name")]
                a: Vec<Part>,
            }
        )),
        "accepted"
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(at = "name")]
                a: Vec<Part>,
            }
        ))
        .contains("say `reference` too")
    );
}

#[test]
fn a_default_has_the_type_of_its_field() {
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(default = 1)]
                a: String,
            }
        ))
        .contains("is a string")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(default = "x")]
                a: bool,
            }
        ))
        .contains("true or false")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(default = "2024-01-01")]
                a: Day,
            }
        ))
        .contains("no default")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(default = [1])]
                a: Vec<i64>,
            }
        ))
        .contains("empty list")
    );
    assert!(
        refusal(&parse_quote!(
            struct S {
                #[field(default = "Up")]
                a: Direction,
            }
        )) == "accepted"
    );
}
