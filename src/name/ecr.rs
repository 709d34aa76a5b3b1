//! The hosts of private ECR registries, recognised exactly: a host that merely looks like one is given no credentials.

use super::{AccountId, RegionName};

/// What the hosts of one partition end in, told by how its regions begin.
struct Partition {
    regions: &'static str,
    suffix: &'static str,
    /// The suffix of the dual-stack hosts, where the partition has them.
    dual_stack: Option<&'static str>,
}

/// The partitions with a suffix of their own (botocore's `partitions.json`); all other regions belong to [`STANDARD`].
const PARTITIONS: [Partition; 6] = [
    Partition { regions: "cn-", suffix: "amazonaws.com.cn", dual_stack: Some("on.amazonwebservices.com.cn") },
    Partition { regions: "us-iso-", suffix: "c2s.ic.gov", dual_stack: None },
    Partition { regions: "us-isob-", suffix: "sc2s.sgov.gov", dual_stack: None },
    Partition { regions: "eu-isoe-", suffix: "cloud.adc-e.uk", dual_stack: None },
    Partition { regions: "us-isof-", suffix: "csp.hci.ic.gov", dual_stack: None },
    Partition { regions: "eusc-", suffix: "amazonaws.eu", dual_stack: None },
];

/// The commercial regions and those of the US government.
const STANDARD: Partition = Partition { regions: "", suffix: "amazonaws.com", dual_stack: Some("on.aws") };

/// The host of a private ECR registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcrHost {
    /// Whose registry it is.
    pub account: AccountId,
    /// The region that it is in.
    pub region: RegionName,
    /// Whether it is `ACCOUNT.dkr.ecr.REGION.…`, the only form that Lambda takes images from: neither FIPS nor
    /// dual-stack.
    pub is_plain: bool,
}

impl EcrHost {
    /// Reads `ACCOUNT.dkr.ecr.REGION.SUFFIX`, its FIPS form (`ecr-fips`) and its dual-stack form
    /// (`ACCOUNT.dkr-ecr.REGION.on.aws`). The suffix must be that of the region's partition. No port, no trailing dot,
    /// lower case only: `None` for everything else.
    pub fn parse(host: &str) -> Option<Self> {
        let (account, rest) = host.split_once('.')?;
        let dual_stack = rest.starts_with("dkr-ecr");
        let rest = rest.strip_prefix("dkr.ecr").or_else(|| rest.strip_prefix("dkr-ecr"))?;
        let fips = rest.starts_with("-fips.");
        let (region, suffix) = rest.strip_prefix("-fips").unwrap_or(rest).strip_prefix('.')?.split_once('.')?;
        let partition = PARTITIONS.iter().find(|it| region.starts_with(it.regions)).unwrap_or(&STANDARD);
        let expected = if dual_stack { partition.dual_stack } else { Some(partition.suffix) };
        let is_plain = !dual_stack && !fips;
        let (account, region) = (AccountId::try_from(account).ok()?, RegionName::try_from(region).ok()?);
        (expected == Some(suffix)).then_some(Self { account, region, is_plain })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::EcrHost;

    #[test]
    fn the_registries_of_every_partition_are_recognised() {
        for (host, region, is_plain) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "us-east-1", true),
            ("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com", "ap-northeast-1", true),
            ("123456789012.dkr.ecr-fips.us-west-2.amazonaws.com", "us-west-2", false),
            ("123456789012.dkr-ecr.us-east-1.on.aws", "us-east-1", false),
            ("123456789012.dkr-ecr-fips.us-east-1.on.aws", "us-east-1", false),
            ("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "us-gov-west-1", true),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", true),
            ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1", false),
            ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", true),
            ("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", true),
            ("123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", true),
            ("123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1", true),
        ] {
            let read = EcrHost::parse(host).unwrap_or_else(|| panic!("{host}"));
            assert_eq!(
                (read.account.as_str(), read.region.as_str(), read.is_plain),
                ("123456789012", region, is_plain)
            );
        }
    }

    #[test]
    fn a_host_that_merely_looks_like_a_registry_of_ecr_is_none() {
        for host in [
            "x.dkr.ecr.evil.com",
            "x.dkr.ecr.us-east-1.amazonaws.com",
            "1.dkr.ecr.us-east-1.amazonaws.com",
            "1.dkr.ecr.us-east-1.amazonaws.com.evil.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com",
            "123456789012.dkr.ecr.us-east-1.evil.com",
            "123456789012.dkr.ecr.amazonaws.com",
            "123456789012.dkr.ecr.evil.us-east-1.amazonaws.com",
            "evil.123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com:443",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com:evil.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com@evil.com",
            "evil.com@123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com#.evil.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com\\.evil.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.",
            "123456789012.dkr.ecr.us-east-1..amazonaws.com",
            "123456789012.DKR.ECR.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.US-EAST-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.AmazonAWS.com",
            // The suffix of another partition.
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.cn",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.c2s.ic.gov",
            "123456789012.dkr.ecr.us-iso-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.on.aws",
            "123456789012.dkr-ecr.us-east-1.amazonaws.com",
            "123456789012.dkr-ecr.us-iso-east-1.on.aws",
            // Letters of other scripts, also in their ASCII form.
            "123456789012.dkr.ecr.us-east-1.аmazonaws.com",
            "123456789012.dkr.ecr.us-east-1.xn--mazonaws-2fg.com",
            "１２３４５６７８９０１２.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr-evil.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr-fipsus-east-1.amazonaws.com",
            "123456789012.dkr.ecrus-east-1.amazonaws.com",
            "123456789012",
            "",
        ] {
            assert_eq!(EcrHost::parse(host), None, "{host}");
        }
    }
}
