//! Pictures for the demo: a product-like shape before a gradient, drawn from a seed.
//!
//! Only additions, multiplications, divisions and square roots of `f32` are used, which every machine computes alike.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use crate::Error;

/// Pixels of either side.
const SIDE: u16 = 480;

/// Draws a square PNG; the same seed and title give the same bytes.
pub fn demo_picture(seed: u64, title: &str) -> Result<Vec<u8>, Error> {
    let mut dice = Dice::new(seed, title);
    let scene = Scene::new(&mut dice);
    let mut pixels = Vec::with_capacity(usize::from(SIDE) * usize::from(SIDE) * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            pixels.extend(scene.at(unit(x), unit(y)));
        }
    }
    let mut out = Vec::new();
    PngEncoder::new(&mut out)
        .write_image(&pixels, u32::from(SIDE), u32::from(SIDE), ExtendedColorType::Rgb8)
        .map_err(|e| store::Error::internal(format!("a picture can't be encoded: {e}")))?;
    Ok(out)
}

/// A pixel's place between -1 and 1.
fn unit(at: u16) -> f32 {
    (f32::from(at) * 2.0 + 1.0) / f32::from(SIDE) - 1.0
}

/// Numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn new(seed: u64, title: &str) -> Self {
        // FNV-1a mixes the title in.
        let mixed = title
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mixed)
    }

    fn below(&mut self, n: u16) -> u16 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u16::try_from((z ^ (z >> 31)) % u64::from(n.max(1))).unwrap_or(0)
    }

    /// Between `low` and `high`, in hundred steps.
    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * f32::from(self.below(101)) / 100.0
    }
}

type Colour = [f32; 3];

/// Background and product colours that go together, each as (light, dark, product, accent).
const PALETTES: [[Colour; 4]; 6] = [
    [[0.98, 0.95, 0.90], [0.90, 0.80, 0.68], [0.72, 0.32, 0.22], [0.96, 0.86, 0.66]],
    [[0.93, 0.97, 0.99], [0.70, 0.83, 0.92], [0.16, 0.36, 0.58], [0.95, 0.78, 0.40]],
    [[0.95, 0.98, 0.93], [0.76, 0.87, 0.70], [0.24, 0.46, 0.30], [0.93, 0.93, 0.82]],
    [[0.99, 0.94, 0.95], [0.94, 0.76, 0.80], [0.70, 0.24, 0.38], [0.99, 0.92, 0.88]],
    [[0.97, 0.96, 0.99], [0.82, 0.78, 0.92], [0.36, 0.30, 0.60], [0.92, 0.80, 0.52]],
    [[0.97, 0.97, 0.96], [0.84, 0.84, 0.82], [0.22, 0.24, 0.28], [0.84, 0.46, 0.24]],
];

/// What stands in the picture.
#[derive(Clone, Copy)]
enum Shape {
    Bottle,
    Mug,
    Carton,
    Bag,
    Ball,
    Book,
}

const SHAPES: [Shape; 6] = [Shape::Bottle, Shape::Mug, Shape::Carton, Shape::Bag, Shape::Ball, Shape::Book];

struct Scene {
    palette: [Colour; 4],
    shape: Shape,
    size: f32,
    width: f32,
    band: f32,
}

impl Scene {
    fn new(dice: &mut Dice) -> Self {
        Self {
            palette: PALETTES[usize::from(dice.below(6))],
            shape: SHAPES[usize::from(dice.below(6))],
            size: dice.between(0.85, 1.1),
            width: dice.between(0.85, 1.15),
            band: dice.between(-0.1, 0.25),
        }
    }

    fn at(&self, x: f32, y: f32) -> [u8; 3] {
        let [light, dark, product, accent] = self.palette;
        let mut colour = mix(light, dark, (x + y + 2.0) / 4.0);
        // The shadow on the ground.
        let (sx, sy) = (x / 0.62, (y - 0.66) / 0.09);
        colour = mix(colour, [0.0; 3], 0.22 * (1.0 - (sx * sx + sy * sy)).clamp(0.0, 1.0));
        let (px, py) = (x / (self.size * self.width), y / self.size);
        let inside = cover(self.body(px, py));
        let shaded = mix(mix(product, [1.0; 3], 0.18), mix(product, [0.0; 3], 0.28), (px + 0.6) / 1.2);
        let label = cover((py - self.band).abs() - 0.13);
        colour = mix(colour, mix(shaded, accent, 0.9 * label), inside);
        colour.map(to_byte)
    }

    /// How far outside the body the point is; negative inside.
    fn body(&self, x: f32, y: f32) -> f32 {
        match self.shape {
            Shape::Bottle => rounded(x, y - 0.12, 0.26, 0.5, 0.1)
                .min(rounded(x, y + 0.5, 0.1, 0.22, 0.03))
                .min(rounded(x, y + 0.68, 0.13, 0.06, 0.02)),
            Shape::Mug => {
                let ring = (circle(x - 0.4, y - 0.1, 0.25)).abs() - 0.05;
                rounded(x + 0.06, y - 0.1, 0.38, 0.46, 0.08).min(ring)
            }
            Shape::Carton => rounded(x, y - 0.02, 0.46, 0.6, 0.04),
            Shape::Bag => {
                let handle = circle(x, y + 0.3, 0.26).abs() - 0.035;
                rounded(x, y - 0.18, 0.5, 0.44, 0.07).min(handle.max(y + 0.2))
            }
            Shape::Ball => circle(x, y - 0.08, 0.54),
            Shape::Book => rounded(x + 0.02 * y, y, 0.44, 0.58, 0.02),
        }
    }
}

/// A rectangle of these half sides with rounded corners.
fn rounded(x: f32, y: f32, half_width: f32, half_height: f32, corner: f32) -> f32 {
    let (dx, dy) = (x.abs() - half_width + corner, y.abs() - half_height + corner);
    let (ox, oy) = (dx.max(0.0), dy.max(0.0));
    (ox * ox + oy * oy).sqrt() + dx.max(dy).min(0.0) - corner
}

fn circle(x: f32, y: f32, radius: f32) -> f32 {
    (x * x + y * y).sqrt() - radius
}

/// 1 inside, 0 outside, between them over about a pixel and a half.
fn cover(distance: f32) -> f32 {
    (0.5 - distance * f32::from(SIDE) / 3.0).clamp(0.0, 1.0)
}

fn mix(a: Colour, b: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
fn to_byte(part: f32) -> u8 {
    (part * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::collections::HashSet;

    #[test]
    fn the_same_seed_and_title_draw_the_same_picture_and_others_another() {
        let draw = |seed, title| demo_picture(seed, title).unwrap();
        assert_eq!(draw(1, "杯子"), draw(1, "杯子"));
        assert_ne!(draw(1, "杯子"), draw(2, "杯子"));
        assert_ne!(draw(1, "杯子"), draw(1, "茶壶"));
        let all: HashSet<Vec<u8>> = (0..20).map(|seed| Sha256::digest(draw(seed, "")).to_vec()).collect();
        assert!(all.len() > 15);
    }

    #[test]
    fn what_is_drawn_passes_the_check() {
        let picture = crate::Picture::read(&demo_picture(7, "书").unwrap()).unwrap();
        assert_eq!((picture.width, picture.height), (u32::from(SIDE), u32::from(SIDE)));
    }
}
