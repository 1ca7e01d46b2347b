//! Where the objects lie: a folder, or a bucket that speaks S3.

use bytes::Bytes;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, memory::InMemory,
};
use std::{path::PathBuf, sync::Arc};

use crate::{Error, picture::Key};

/// How the room is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the objects lie.
    pub place: Place,
    /// The address of this platform as clients outside reach it, `https://shop.example`, without a slash at the end.
    pub public_url: String,
}

/// Where the objects lie.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder of this machine, made if it is not there.
    Folder(PathBuf),
    /// A bucket.
    S3(Bucket),
}

/// A bucket that speaks S3.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The region.
    pub region: String,
    /// The address of a service that is not Amazon's; plain http is allowed here.
    pub endpoint: Option<String>,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// The stored objects. A service of the application; cheap to share.
#[derive(Debug, Clone)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    public_url: Arc<str>,
}

/// An object on its way out.
pub(crate) struct Object {
    pub(crate) bytes: u64,
    pub(crate) body: axum::body::Body,
}

impl Files {
    /// Opens the place that `config` names.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let objects: Arc<dyn ObjectStore> = match &config.place {
            Place::Folder(folder) => Arc::new(open_folder(folder)?),
            Place::S3(bucket) => Arc::new(open_bucket(bucket)?),
        };
        Ok(Self::over(objects, &config.public_url))
    }

    /// Objects that live as long as the process, for tests.
    pub fn in_memory(public_url: &str) -> Self {
        Self::over(Arc::new(InMemory::new()), public_url)
    }

    fn over(objects: Arc<dyn ObjectStore>, public_url: &str) -> Self {
        Self { objects, public_url: public_url.trim_end_matches('/').into() }
    }

    /// The full address of a path `/media/{key}`; anything else comes back as it is.
    pub fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.public_url) } else { path.to_owned() }
    }

    /// The path `/media/{key}` of an address of this platform, given in full or as a path; `None` for any other.
    pub fn path_of(&self, address: &str) -> Option<String> {
        let path = address.strip_prefix(&*self.public_url).unwrap_or(address);
        Key::of_path(path).map(|key| key.path())
    }

    pub(crate) async fn save(&self, key: &Key, bytes: Bytes) -> Result<(), Error> {
        let location = key.location();
        match self.objects.head(&location).await {
            // The same key is the same content.
            Ok(_) => return Ok(()),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(e) => return Err(Error::Unavailable(e)),
        }
        self.objects.put(&location, PutPayload::from_bytes(bytes)).await.map_err(Error::Unavailable)?;
        Ok(())
    }

    pub(crate) async fn load(&self, key: &Key) -> Result<Object, Error> {
        match self.objects.get(&key.location()).await {
            Ok(found) => {
                let bytes = found.meta.size;
                Ok(Object { bytes, body: axum::body::Body::from_stream(found.into_stream()) })
            }
            Err(object_store::Error::NotFound { .. }) => Err(Error::NotFound),
            Err(e) => Err(Error::Unavailable(e)),
        }
    }
}

/// A file is on the disk before its row is written.
fn open_folder(folder: &PathBuf) -> Result<LocalFileSystem, Error> {
    std::fs::create_dir_all(folder).map_err(|e| {
        Error::Unavailable(object_store::Error::Generic { store: "folder", source: Box::new(e) })
    })?;
    Ok(LocalFileSystem::new_with_prefix(folder).map_err(Error::Unavailable)?.with_fsync(true))
}

fn open_bucket(bucket: &Bucket) -> Result<object_store::aws::AmazonS3, Error> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(&bucket.secret_access_key);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(true);
    }
    builder.build().map_err(Error::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Format;
    use axum::body::to_bytes;

    #[tokio::test]
    async fn an_object_outlives_the_handle_and_an_unknown_one_is_not_found() {
        let folder = std::env::temp_dir().join(format!("kaidian_media_{}", std::process::id()));
        let config = Config { place: Place::Folder(folder.clone()), public_url: "http://a".into() };
        let key = Key::of(b"picture", Format::Png);
        let files = Files::open(&config).unwrap();
        assert!(matches!(files.load(&key).await, Err(Error::NotFound)));
        files.save(&key, Bytes::from_static(b"picture")).await.unwrap();
        files.save(&key, Bytes::from_static(b"picture")).await.unwrap();
        let object = Files::open(&config).unwrap().load(&key).await.unwrap();
        assert_eq!(object.bytes, 7);
        assert_eq!(&to_bytes(object.body, 100).await.unwrap()[..], b"picture");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_unavailable() {
        let config = Config { place: Place::Folder("/dev/null/x".into()), public_url: String::new() };
        assert!(matches!(Files::open(&config), Err(Error::Unavailable(_))));
    }

    #[test]
    fn a_bucket_opens_without_asking_the_network_and_never_shows_its_secret() {
        let bucket = Bucket {
            name: "pictures".into(),
            region: "cn-north-1".into(),
            endpoint: Some("http://127.0.0.1:9000".into()),
            access_key_id: "id".into(),
            secret_access_key: "hush".into(),
        };
        assert!(!format!("{bucket:?}").contains("hush"));
        assert!(Files::open(&Config { place: Place::S3(bucket), public_url: String::new() }).is_ok());
    }

    #[test]
    fn only_addresses_of_this_platform_have_a_path() {
        let files = Files::in_memory("https://shop.example/");
        let path = Key::of(b"x", Format::Png).path();
        let full = files.absolute(&path);
        assert_eq!(full, format!("https://shop.example{path}"));
        assert_eq!(files.path_of(&full), Some(path.clone()));
        assert_eq!(files.path_of(&path), Some(path.clone()));
        assert_eq!(files.path_of(&format!("https://evil.example{path}")), None);
        assert_eq!(files.path_of(&format!("https://shop.example.evil{path}")), None);
        assert_eq!(files.path_of("https://shop.example/media/../x"), None);
    }
}
