//! Writes a push as XML (`docs/wire/push.md`): strings in CDATA, numbers bare, an array as a run of elements of the
//! same name.

use serde_json::{Map, Value};

/// `<xml>` around these fields.
pub(crate) fn document<'a>(fields: impl IntoIterator<Item = (&'a str, &'a Value)>) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("<xml>");
    members(&mut out, fields);
    out.push_str("</xml>");
    out
}

fn members<'a>(out: &mut String, fields: impl IntoIterator<Item = (&'a str, &'a Value)>) {
    for (name, value) in fields {
        element(out, &element_name(name), value);
    }
}

fn named(fields: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    fields.iter().map(|(name, value)| (name.as_str(), value))
}

fn element(out: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        return items.iter().for_each(|item| element(out, name, item));
    }
    for part in ["<", name, ">"] {
        out.push_str(part);
    }
    match value {
        Value::Null | Value::Array(_) => {}
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => out.push_str(&n.to_string()),
        Value::String(s) => cdata(out, s),
        Value::Object(fields) => members(out, named(fields)),
    }
    for part in ["</", name, ">"] {
        out.push_str(part);
    }
}

/// A section ends at the first `]]>`, so one inside the text is divided between two sections. Characters that XML
/// can't carry at all are left out.
fn cdata(out: &mut String, text: &str) {
    let clean: String = text.chars().filter(|c| is_xml(*c)).collect();
    out.push_str("<![CDATA[");
    out.push_str(&clean.replace("]]>", "]]]]><![CDATA[>"));
    out.push_str("]]>");
}

/// The characters of XML 1.0.
const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// The name of a field as that of an element: other than letters, digits, `_`, `-` and `.` become `_`, and a digit
/// in front gets a `_`.
fn element_name(field: &str) -> String {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut name: String = field.chars().map(|c| if good(c) { c } else { '_' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quick_xml::{Reader, events::Event};
    use serde_json::json;

    fn xml(value: Value) -> String {
        match value {
            Value::Object(fields) => document(named(&fields)),
            _ => panic!("an object is needed"),
        }
    }

    #[test]
    fn strings_stand_in_cdata_numbers_bare_and_arrays_as_siblings() {
        let steps =
            json!({"Actions": [{"ActionMsg": "揽件", "ActionTime": 1}, {"ActionMsg": "", "ActionTime": 2}]});
        assert_eq!(
            xml(steps),
            "<xml><Actions><ActionMsg><![CDATA[揽件]]></ActionMsg><ActionTime>1</ActionTime></Actions>\
             <Actions><ActionMsg><![CDATA[]]></ActionMsg><ActionTime>2</ActionTime></Actions></xml>"
        );
        assert_eq!(
            xml(json!({"a": -3, "b": true, "c": null, "d": []})),
            "<xml><a>-3</a><b>true</b><c></c></xml>"
        );
    }

    #[test]
    fn the_end_of_a_section_inside_a_text_does_not_end_it() {
        let written = xml(json!({"a": "x]]>y<b>&"}));
        assert_eq!(written, "<xml><a><![CDATA[x]]]]><![CDATA[>y<b>&]]></a></xml>");
        assert_eq!(text_of(&written), "x]]>y<b>&");
    }

    #[test]
    fn names_that_xml_can_t_carry_are_mended() {
        assert_eq!(xml(json!({"a b": 1})), "<xml><a_b>1</a_b></xml>");
        assert_eq!(xml(json!({"1": 1})), "<xml><_1>1</_1></xml>");
        assert_eq!(xml(json!({"": 1})), "<xml><_>1</_></xml>");
    }

    /// The text of the document's only element, read by a parser nobody here wrote.
    fn text_of(xml: &str) -> String {
        let mut reader = Reader::from_str(xml);
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::CData(section) => text.push_str(&section.into_inner()),
                Event::Eof => return text,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_as_it_was(text in "(\\]|>|<|&|[a-z开🎁])*") {
            prop_assert_eq!(text_of(&xml(json!({"a": text.clone()}))), text);
        }

        #[test]
        fn any_text_whatever_gives_a_document_that_can_be_read(text: String) {
            let clean: String = text.chars().filter(|c| is_xml(*c)).collect();
            prop_assert_eq!(text_of(&xml(json!({"a": text}))), clean);
        }
    }
}
