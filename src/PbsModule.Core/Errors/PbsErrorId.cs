namespace PbsModule.Core.Errors;

/// <summary>
/// The error ids of the engine. Scripts depend on them: an id consists of a noun and a condition, contains no data, and
/// never gets another meaning.
/// </summary>
public static class PbsErrorId
{
    // Names and texts
    public const string BackupTypeInvalid = nameof(BackupTypeInvalid);
    public const string BackupIdInvalid = nameof(BackupIdInvalid);
    public const string BackupTimeInvalid = nameof(BackupTimeInvalid);
    public const string NamespaceInvalid = nameof(NamespaceInvalid);
    public const string GroupPathInvalid = nameof(GroupPathInvalid);
    public const string SnapshotPathInvalid = nameof(SnapshotPathInvalid);
    public const string DatastoreNameInvalid = nameof(DatastoreNameInvalid);
    public const string AuthIdInvalid = nameof(AuthIdInvalid);
    public const string TextInvalid = nameof(TextInvalid);
    public const string ServerVersionInvalid = nameof(ServerVersionInvalid);

    // Formats
    public const string BlobInvalid = nameof(BlobInvalid);
    public const string BlobChecksumMismatch = nameof(BlobChecksumMismatch);
    public const string BlobTooLarge = nameof(BlobTooLarge);
    public const string BlobEncrypted = nameof(BlobEncrypted);
    public const string ChunkDigestMismatch = nameof(ChunkDigestMismatch);
    public const string ChunkLengthMismatch = nameof(ChunkLengthMismatch);
    public const string ChunkCryptModeMismatch = nameof(ChunkCryptModeMismatch);
    public const string CompressedDataInvalid = nameof(CompressedDataInvalid);
    public const string DigestInvalid = nameof(DigestInvalid);
    public const string IndexInvalid = nameof(IndexInvalid);
    public const string IndexEntryInvalid = nameof(IndexEntryInvalid);
    public const string ManifestInvalid = nameof(ManifestInvalid);
    public const string ManifestFileMissing = nameof(ManifestFileMissing);
    public const string ManifestFileMismatch = nameof(ManifestFileMismatch);
    public const string CatalogInvalid = nameof(CatalogInvalid);
    public const string CatalogPathNotFound = nameof(CatalogPathNotFound);
    public const string ArchiveInvalid = nameof(ArchiveInvalid);
    public const string ArchiveNameRefused = nameof(ArchiveNameRefused);
    public const string ConfigurationInvalid = nameof(ConfigurationInvalid);
    public const string CborInvalid = nameof(CborInvalid);

    // Statistics
    public const string RrdInvalid = nameof(RrdInvalid);
    public const string RrdUnreadable = nameof(RrdUnreadable);
    public const string RrdArchiveMissing = nameof(RrdArchiveMissing);
    public const string RrdResolutionMismatch = nameof(RrdResolutionMismatch);
    public const string RrdJournalInvalid = nameof(RrdJournalInvalid);
    public const string RrdTimeInFuture = nameof(RrdTimeInFuture);
    public const string MetricNotFound = nameof(MetricNotFound);
    public const string ReportExists = nameof(ReportExists);
    public const string ReportUnwritable = nameof(ReportUnwritable);
    public const string StatisticsUnavailable = nameof(StatisticsUnavailable);

    // Tasks
    public const string UpidInvalid = nameof(UpidInvalid);
    public const string TaskLogInvalid = nameof(TaskLogInvalid);
    public const string TaskListInvalid = nameof(TaskListInvalid);
    public const string TaskListUnreadable = nameof(TaskListUnreadable);
    public const string TaskListUnwritable = nameof(TaskListUnwritable);
    public const string TaskListLocked = nameof(TaskListLocked);
    public const string TaskLogUnreadable = nameof(TaskLogUnreadable);
    public const string TaskLogUnwritable = nameof(TaskLogUnwritable);
    public const string TaskNotFound = nameof(TaskNotFound);
    public const string TaskNotStoppable = nameof(TaskNotStoppable);
    public const string TaskStillRunning = nameof(TaskStillRunning);
    public const string TaskStopped = nameof(TaskStopped);

    // Keys
    public const string KeyFileInvalid = nameof(KeyFileInvalid);
    public const string KeyFileNotFound = nameof(KeyFileNotFound);
    public const string KeyFileUnreadable = nameof(KeyFileUnreadable);
    public const string KeyPasswordRequired = nameof(KeyPasswordRequired);
    public const string KeyPasswordWrong = nameof(KeyPasswordWrong);
    public const string KeyMismatch = nameof(KeyMismatch);
    public const string KeyRequired = nameof(KeyRequired);
    public const string MasterKeyInvalid = nameof(MasterKeyInvalid);
    public const string MasterKeyMismatch = nameof(MasterKeyMismatch);
    public const string KeyDerivationUnavailable = nameof(KeyDerivationUnavailable);
    public const string BlobAuthenticationFailed = nameof(BlobAuthenticationFailed);
    public const string ManifestSignatureWrong = nameof(ManifestSignatureWrong);

    // Platform
    public const string ZstdMissing = nameof(ZstdMissing);
    public const string LibraryMissing = nameof(LibraryMissing);
    public const string LibraryFailed = nameof(LibraryFailed);
    public const string LibcryptMissing = nameof(LibcryptMissing);

    // Configuration and connections
    public const string ConfigurationNotFound = nameof(ConfigurationNotFound);
    public const string ConfigurationUnreadable = nameof(ConfigurationUnreadable);
    public const string ConfigurationSectionNotFound = nameof(ConfigurationSectionNotFound);
    public const string ConfigurationSectionTypeMismatch = nameof(ConfigurationSectionTypeMismatch);
    public const string ConfigurationValueInvalid = nameof(ConfigurationValueInvalid);
    public const string JobNotFound = nameof(JobNotFound);
    public const string RemoteNotFound = nameof(RemoteNotFound);
    public const string NotConnected = nameof(NotConnected);
    public const string ConnectionClosed = nameof(ConnectionClosed);
    public const string ConnectionMismatch = nameof(ConnectionMismatch);

    // Arguments
    public const string PathInvalid = nameof(PathInvalid);
    public const string PatternInvalid = nameof(PatternInvalid);
    public const string DatastoreRequired = nameof(DatastoreRequired);
    public const string GroupRequired = nameof(GroupRequired);
    public const string SnapshotRequired = nameof(SnapshotRequired);
    public const string NamespaceRequired = nameof(NamespaceRequired);
    public const string ArchiveRequired = nameof(ArchiveRequired);
    public const string ParametersConflict = nameof(ParametersConflict);
    public const string ParameterEmpty = nameof(ParameterEmpty);
    public const string DatastoreMismatch = nameof(DatastoreMismatch);
    public const string NamespaceMismatch = nameof(NamespaceMismatch);
    public const string SelectionMismatch = nameof(SelectionMismatch);

    // Datastores and their content
    public const string DatastoreNotFound = nameof(DatastoreNotFound);
    public const string DatastorePathInvalid = nameof(DatastorePathInvalid);
    public const string DatastoreUnavailable = nameof(DatastoreUnavailable);
    public const string DatastoreBackendUnsupported = nameof(DatastoreBackendUnsupported);
    public const string NamespaceNotFound = nameof(NamespaceNotFound);
    public const string GroupNotFound = nameof(GroupNotFound);
    public const string SnapshotNotFound = nameof(SnapshotNotFound);
    public const string ManifestMissing = nameof(ManifestMissing);
    public const string SnapshotFileNotFound = nameof(SnapshotFileNotFound);
    public const string CatalogMissing = nameof(CatalogMissing);
    public const string ArchiveMissing = nameof(ArchiveMissing);
    public const string ArchivePathNotFound = nameof(ArchivePathNotFound);
    public const string OwnerChanged = nameof(OwnerChanged);
    public const string OwnerUnreadable = nameof(OwnerUnreadable);
    public const string SymbolicLinkRefused = nameof(SymbolicLinkRefused);
    public const string ForeignName = nameof(ForeignName);
    public const string ForeignContent = nameof(ForeignContent);
    public const string DriveRootNotFound = nameof(DriveRootNotFound);
    public const string FolderNotFound = nameof(FolderNotFound);
    public const string DirectoryUnreadable = nameof(DirectoryUnreadable);
    public const string ChunkMissing = nameof(ChunkMissing);
    public const string ChunkNotCached = nameof(ChunkNotCached);
    public const string ChunkUnreadable = nameof(ChunkUnreadable);
    public const string FileUnreadable = nameof(FileUnreadable);
    public const string ResourcesExhausted = nameof(ResourcesExhausted);
    public const string FileNotDecodable = nameof(FileNotDecodable);
    public const string PermissionDenied = nameof(PermissionDenied);

    // Output to other places
    public const string DestinationNotFound = nameof(DestinationNotFound);
    public const string DestinationExists = nameof(DestinationExists);
    public const string DestinationInvalid = nameof(DestinationInvalid);
    public const string DestinationGuarded = nameof(DestinationGuarded);
    public const string DestinationTooSmall = nameof(DestinationTooSmall);
    public const string DestinationUnwritable = nameof(DestinationUnwritable);

    // Verification
    public const string VerificationFailed = nameof(VerificationFailed);
    public const string VerifyTimeOver = nameof(VerifyTimeOver);

    // Restored trees
    public const string RestoreFailed = nameof(RestoreFailed);
    public const string RestoreTargetExists = nameof(RestoreTargetExists);
    public const string RestoreTargetUnusable = nameof(RestoreTargetUnusable);

    // Locks and changes
    public const string ConfigurationLocked = nameof(ConfigurationLocked);
    public const string ConfigurationUnwritable = nameof(ConfigurationUnwritable);
    public const string DatastoreLocked = nameof(DatastoreLocked);
    public const string GroupLocked = nameof(GroupLocked);
    public const string SnapshotLocked = nameof(SnapshotLocked);
    public const string ManifestLocked = nameof(ManifestLocked);
    public const string LockDenied = nameof(LockDenied);
    public const string LockUnavailable = nameof(LockUnavailable);
    public const string FileSystemReadOnly = nameof(FileSystemReadOnly);
    public const string LocksNotVisible = nameof(LocksNotVisible);
    public const string ManifestUnwritable = nameof(ManifestUnwritable);
    public const string NamespaceUnwritable = nameof(NamespaceUnwritable);
    public const string NamespaceNotEmpty = nameof(NamespaceNotEmpty);
    public const string SnapshotProtected = nameof(SnapshotProtected);
    public const string SnapshotUnremovable = nameof(SnapshotUnremovable);
    public const string GroupProtected = nameof(GroupProtected);
    public const string GroupChanged = nameof(GroupChanged);
    public const string PrunePlanInvalid = nameof(PrunePlanInvalid);
    public const string PrunePlanStale = nameof(PrunePlanStale);
    public const string GroupUnremovable = nameof(GroupUnremovable);
    public const string OwnerUnwritable = nameof(OwnerUnwritable);
    public const string NotesUnwritable = nameof(NotesUnwritable);
    public const string LogFileNotFound = nameof(LogFileNotFound);
    public const string BackupLogExists = nameof(BackupLogExists);
    public const string BackupLogUnwritable = nameof(BackupLogUnwritable);
    public const string ProtectionUnwritable = nameof(ProtectionUnwritable);
    public const string ActiveOperationsInvalid = nameof(ActiveOperationsInvalid);
    public const string ActiveOperationsUnavailable = nameof(ActiveOperationsUnavailable);

    // Garbage collection
    public const string AccessTimesNotKept = nameof(AccessTimesNotKept);
    public const string ClockSetBack = nameof(ClockSetBack);
    public const string CutoffTooRecent = nameof(CutoffTooRecent);
    public const string DaemonAlive = nameof(DaemonAlive);
    public const string ChunksShared = nameof(ChunksShared);
    public const string NoIndexFound = nameof(NoIndexFound);
    public const string IndexChecksumMismatch = nameof(IndexChecksumMismatch);
    public const string StoreKeepsChanging = nameof(StoreKeepsChanging);
    public const string ChunkUntouchable = nameof(ChunkUntouchable);
    public const string ChunkUnremovable = nameof(ChunkUnremovable);

    // Access control
    public const string PrivilegeUnknown = nameof(PrivilegeUnknown);
    public const string RoleUnknown = nameof(RoleUnknown);
    public const string AclPathInvalid = nameof(AclPathInvalid);
    public const string AclPrincipalMissing = nameof(AclPrincipalMissing);
    public const string AclEntryNotFound = nameof(AclEntryNotFound);
    public const string AclGroupUnsupported = nameof(AclGroupUnsupported);
    public const string UserNotFound = nameof(UserNotFound);
    public const string TokenNotFound = nameof(TokenNotFound);
    public const string OwnerMismatch = nameof(OwnerMismatch);
    public const string OwnerInactive = nameof(OwnerInactive);
    public const string NamespaceIsRoot = nameof(NamespaceIsRoot);
    public const string ConfigurationModified = nameof(ConfigurationModified);
    public const string AuthenticationFailed = nameof(AuthenticationFailed);
}
