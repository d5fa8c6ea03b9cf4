select
  devices.body,
  exists (
    select 1
    from revocations
    where revocations.replica = devices.replica
  ) as is_revoked
from devices
order by devices.replica, devices.public_key
