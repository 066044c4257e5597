//! The governance plane of the sample region: offices that answer, a survey that is published, one that asks now.

mod asking;
mod handed;
pub(crate) mod office;
mod published;

use crate::SampleError;
use crate::region::Region;

pub(crate) async fn make(region: &Region) -> Result<(), SampleError> {
    let owner = region.institution(office::PREFECTURE)?.clone();
    let offices = office::all(region);
    published::make(region, &owner, &offices).await?;
    asking::make(region, &owner).await?;
    handed::make(region).await
}
