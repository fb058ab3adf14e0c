namespace PbsModule.Core.Errors;

/// <summary>A named object does not exist.</summary>
public sealed class PbsNotFoundException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>Content is complete but does not match its checksum, digest or key.</summary>
public sealed class PbsIntegrityException(
    string errorId,
    string message,
    string? target = null,
    Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>The acting identity or the operating system does not permit the operation.</summary>
public sealed class PbsPermissionException(
    string errorId,
    string message,
    string? target = null,
    Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>A lock is held by another process, or cannot be taken here.</summary>
public sealed class PbsLockedException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>The state of the datastore or of a configuration file forbids the operation.</summary>
public sealed class PbsConflictException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>An argument is not valid.</summary>
public sealed class PbsArgumentException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>The operating system failed to read or write. The message names the path and the reason.</summary>
public sealed class PbsStorageException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);

/// <summary>
/// A library that the engine needs (libzstd) is missing on this machine, or a feature is not supported here.
/// </summary>
public sealed class PbsPlatformException(string errorId, string message, string? target = null, Exception? inner = null)
    : PbsException(errorId, message, target, inner);
