namespace PbsModule.Core.Access.Roles;

/// <summary>
/// A set of privileges. The bits are those of PBS 3.2.4, with the later privileges behind them. The bits of PBS change
/// with its release, but it stores and sends only names. <see cref="All"/> is every bit, named or not. Source:
/// pbs-api-types acl.rs.
/// </summary>
[Flags]
public enum Privileges : ulong
{
    None = 0,
    SysAudit = 1UL << 0,
    SysModify = 1UL << 1,
    SysPowerManagement = 1UL << 2,
    DatastoreAudit = 1UL << 3,
    DatastoreAllocate = 1UL << 4,
    DatastoreModify = 1UL << 5,
    DatastoreRead = 1UL << 6,
    DatastoreVerify = 1UL << 7,
    DatastoreBackup = 1UL << 8,
    DatastorePrune = 1UL << 9,
    PermissionsModify = 1UL << 10,
    RemoteAudit = 1UL << 11,
    RemoteModify = 1UL << 12,
    RemoteRead = 1UL << 13,
    SysConsole = 1UL << 14,
    TapeAudit = 1UL << 15,
    TapeModify = 1UL << 16,
    TapeWrite = 1UL << 17,
    TapeRead = 1UL << 18,
    RealmAllocate = 1UL << 19,
    RemoteDatastoreBackup = 1UL << 20,
    RemoteDatastoreModify = 1UL << 21,
    RemoteDatastorePrune = 1UL << 22,
    All = ulong.MaxValue,
}
