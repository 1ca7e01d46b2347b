//! Pictures come in as addresses and are kept as paths.

use media::Files;

use crate::{Content, Flaw, product::SkuContent};

/// Makes every picture that is named the path it is stored under; refuses one that is not of this platform.
pub(crate) fn localise<'a>(
    files: &Files,
    content: &mut Content,
    skus: impl Iterator<Item = &'a mut SkuContent>,
) -> Result<(), Flaw> {
    let certificates = content.certificates.iter_mut().flat_map(|c| &mut c.pictures);
    let all = content.head_imgs.iter_mut().chain(&mut content.desc_imgs).chain(&mut content.qualifications);
    let thumbs = skus.map(|sku| &mut sku.thumb_img).filter(|thumb| !thumb.is_empty());
    for address in all.chain(certificates).chain(thumbs) {
        *address = files.path_of(address).ok_or(Flaw::Picture)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::CategoryId;

    #[test]
    fn every_picture_is_looked_at_and_a_sku_may_have_none() {
        let files = Files::in_memory("https://shop.example");
        let path = format!("/media/{}.png", "0".repeat(64));
        let full = files.absolute(&path);
        let mut content = Content::new("x", CategoryId(1));
        content.head_imgs = vec![full.clone()];
        content.desc_imgs = vec![path.clone()];
        let mut skus = [SkuContent { thumb_img: full, ..SkuContent::default() }, SkuContent::default()];
        localise(&files, &mut content, skus.iter_mut()).unwrap();
        assert_eq!((&content.head_imgs[0], &content.desc_imgs[0]), (&path, &path));
        assert_eq!((skus[0].thumb_img.as_str(), skus[1].thumb_img.as_str()), (path.as_str(), ""));
        for place in 0..4 {
            let (mut content, mut skus) = (content.clone(), skus.clone());
            let foreign = "https://evil.example/a.png".to_owned();
            match place {
                0 => content.head_imgs.push(foreign),
                1 => content.qualifications.push(foreign),
                2 => {
                    content.certificates.push(crate::Certificates { licence_id: 1, pictures: vec![foreign] });
                }
                _ => skus[1].thumb_img = foreign,
            }
            assert_eq!(localise(&files, &mut content, skus.iter_mut()), Err(Flaw::Picture));
        }
    }
}
