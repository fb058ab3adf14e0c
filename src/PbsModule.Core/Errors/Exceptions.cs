namespace PbsModule.Core.Errors;

/// <summary>Something that was named is not there.</summary>
public sealed class PbsNotFoundException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>
/// Content is whole but not what was promised: wrong checksum against a manifest, wrong digest, wrong key.
/// </summary>
public sealed class PbsIntegrityException(
    string errorId,
    string message,
    string? target = null,
    Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>The acting identity, or the operating system, does not allow it.</summary>
public sealed class PbsPermissionException(
    string errorId,
    string message,
    string? target = null,
    Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>A lock is held by somebody else, or cannot be taken here.</summary>
public sealed class PbsLockedException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>The state of the datastore or of a configuration file forbids the operation.</summary>
public sealed class PbsConflictException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>An argument breaks a rule.</summary>
public sealed class PbsArgumentException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>Reading or writing failed in the operating system; the message names path and reason.</summary>
public sealed class PbsStorageException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>Something the engine stands on is missing on this machine (libzstd) or not supported here.</summary>
public sealed class PbsPlatformException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);
