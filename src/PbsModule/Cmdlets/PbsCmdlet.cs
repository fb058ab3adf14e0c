using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Presentation;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>The base of all cmdlets: a token for Ctrl+C, lazy output, and one mapping of errors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsCmdlet : PSCmdlet, IDisposable
{
    private readonly RepeatedErrors _repeated = new();
    private CancellationTokenSource? _stop;
    private PbsEngine? _engine;
    private bool _hasToldUnlocked;

    /// <summary>Cancelled by Ctrl+C, or when the pipeline ends early.</summary>
    protected CancellationToken StopToken => Stop.Token;

    private CancellationTokenSource Stop =>
        _stop ??= CancellationTokenSource.CreateLinkedTokenSource(PipelineStopToken);

    /// <summary>A session through the connection of this runspace.</summary>
    protected PbsEngine Engine => _engine ??= Through(RunspaceConnection.Current);

    /// <summary>Whether -WhatIf applies.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? (SwitchParameter)given
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        _stop?.Cancel();
        _stop?.Dispose();
    }

    protected sealed override void BeginProcessing()
    {
        Begin();
        RefuseEmptyParameters();
    }

    /// <summary>Runs before all input. Nothing is changed here yet.</summary>
    protected virtual void Begin()
    {
    }

    protected sealed override void ProcessRecord() => Attempt(null, Process);

    /// <summary>Processes one input.</summary>
    protected abstract void Process();

    protected sealed override void EndProcessing()
    {
        End();
        foreach (ErrorRecord error in _repeated.Summaries()) base.WriteError(error);
    }

    /// <summary>Runs after all input.</summary>
    protected virtual void End()
    {
    }

    /// <inheritdoc cref="Cmdlet.WriteWarning(string)"/>
    /// <remarks>
    /// Texts contain names from a datastore, which anyone may have written. All output of this assembly therefore goes
    /// through these methods, which remove control characters for terminals.
    /// </remarks>
    internal new void WriteWarning(string text) => base.WriteWarning(DisplayText.Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteVerbose(string)"/>
    internal new void WriteVerbose(string text) => base.WriteVerbose(DisplayText.Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteDebug(string)"/>
    internal new void WriteDebug(string text) => base.WriteDebug(DisplayText.Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteProgress(ProgressRecord)"/>
    internal new void WriteProgress(ProgressRecord record)
    {
        record.Activity = DisplayText.Plain(record.Activity);
        record.StatusDescription = DisplayText.Plain(record.StatusDescription);
        base.WriteProgress(record);
    }

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string)"/>
    internal new bool ShouldProcess(string? target, string action) =>
        base.ShouldProcess(DisplayText.Plain(target), DisplayText.Plain(action));

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string, string, out ShouldProcessReason)"/>
    internal new bool ShouldProcess(
        string description, string warning, string? caption, out ShouldProcessReason reason) =>
        base.ShouldProcess(
            DisplayText.Plain(description), DisplayText.Plain(warning), DisplayText.Plain(caption), out reason);

    /// <summary>
    /// Runs one piece of work. A failure becomes an error record, and the caller continues with the next piece.
    /// </summary>
    /// <param name="target">Target of the error; null for the exception's own target.</param>
    /// <param name="work">The piece of work.</param>
    /// <returns>False if it failed.</returns>
    protected internal bool Attempt(object? target, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (ErrorRecords.From(error, target) is not null)
        {
            OnFailed(target, error);
            WriteError(ErrorRecords.From(error, target)!);
            return false;
        }
    }

    /// <summary>
    /// Writes an error with advice that fits this cmdlet. An error that repeats an earlier one is only counted: the
    /// last error of the call has the number and the targets.
    /// </summary>
    public new void WriteError(ErrorRecord errorRecord)
    {
        if (!_repeated.Holds(errorRecord)) base.WriteError(Recommendation.Fit(errorRecord, MyInvocation.MyCommand));
    }

    /// <summary>Throws a terminating error with advice that fits this cmdlet.</summary>
    public new void ThrowTerminatingError(ErrorRecord errorRecord) =>
        base.ThrowTerminatingError(Recommendation.Fit(errorRecord, MyInvocation.MyCommand));

    /// <summary>Called after a failure, before its error is written.</summary>
    /// <param name="target">Target of the error; null for the exception's own target.</param>
    /// <param name="error">The failure.</param>
    private protected virtual void OnFailed(object? target, Exception error)
    {
    }

    /// <summary>
    /// Writes a lazy sequence as it is produced. However it ends (complete, failed, Ctrl+C, Select-Object -First), the
    /// enumerator is disposed, and with it all work behind it.
    /// </summary>
    private protected void WriteAll<T>(IEnumerable<T> items)
    {
        foreach (T item in items) WriteObject(item);
    }

    /// <summary>Makes a session through a connection. The cmdlet reports its minor problems.</summary>
    private protected virtual PbsEngine Through(Connection connection) =>
        new(connection) { OnUnlocked = ReportUnlocked };

    /// <summary>Reports once that snapshots are read without their lock: the reason is the same for all.</summary>
    private protected void ReportUnlocked(ListingProblem problem)
    {
        if (_hasToldUnlocked) return;
        _hasToldUnlocked = true;
        Report(problem);
    }

    /// <summary>Writes a problem of a listing to the stream for its kind.</summary>
    private protected virtual void Report(ListingProblem problem)
    {
        switch (problem.Kind)
        {
            case ListingProblemKind.Information:
                WriteVerbose(DisplayText.Plain(problem.Message));
                break;
            case ListingProblemKind.Warning:
                WriteWarning(DisplayText.Plain(problem.Message.Contains(problem.Target, StringComparison.Ordinal)
                    ? problem.Message
                    : $"{problem.Target}: {problem.Message}"));
                break;
            default:
                PbsException error =
                    problem.Exception ?? new PbsStorageException(problem.ErrorId, problem.Message, problem.Target);
                WriteError(ErrorRecords.From(error, problem.Target)!);
                break;
        }
    }

    /// <summary>
    /// Resolves a file system path: relative to $PWD, with '~' and PowerShell drives, without wildcards.
    /// </summary>
    /// <exception cref="PbsArgumentException">
    /// The path belongs to another provider (registry, certificates).
    /// </exception>
    protected string FileSystemPath(string path)
    {
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        RequireFileSystem(provider, path);

        // Tab completion escapes brackets in a name as in a pattern, whatever the parameter.
        string plain = WildcardPattern.Unescape(full);
        return plain != full
            && !System.IO.Path.Exists(full)
            && System.IO.Path.Exists(System.IO.Path.GetDirectoryName(plain))
            ? plain
            : full;
    }

    /// <summary>
    /// Resolves paths as <see cref="FileSystemPath"/> does, with wildcards. A pattern without matches gives an empty
    /// list.
    /// </summary>
    protected IReadOnlyList<string> FileSystemPaths(string path)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(path)) return [FileSystemPath(path)];
        IReadOnlyList<string> found =
            SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
        RequireFileSystem(provider, path);
        return found;
    }

    /// <summary>Whether the parameter was given, even with its default value.</summary>
    protected bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    // An omitted parameter often means "all". An empty variable must not: to apply no filter, omit the parameter.
    private void RefuseEmptyParameters()
    {
        foreach ((string name, object? value) in MyInvocation.BoundParameters)
        {
            if (!IsEmpty(value, out bool isText) || GetType().GetProperty(name) is not { } parameter) continue;
            bool isMeant = Nullable.GetUnderlyingType(parameter.PropertyType) is not null
                || parameter.PropertyType == typeof(SecureString)
                || parameter.IsDefined(typeof(AllowEmptyCollectionAttribute), inherit: true)
                || (isText && parameter.IsDefined(typeof(AllowEmptyStringAttribute), inherit: true));
            if (isMeant) continue;
            var error = new PbsArgumentException(
                PbsErrorId.ParameterEmpty,
                $"there is nothing in what -{name} was given",
                name);
            ThrowTerminatingError(ErrorRecords.From(error, null)!);
        }
    }

    /// <summary>Whether a value, or one of several values, is empty.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isText">True if all empty values are text.</param>
    private static bool IsEmpty(object? value, out bool isText)
    {
        isText = value is "";
        if (value is not ICollection several || value is IDictionary) return value is null or "";
        object?[] empty = [.. several.Cast<object?>().Where(each => each is null or "")];
        isText = empty.Length > 0 && empty.All(each => each is "");
        return several.Count == 0 || empty.Length > 0;
    }

    internal static void RequireFileSystem(ProviderInfo provider, string path)
    {
        if (provider.Name != "FileSystem")
        {
            throw new PbsArgumentException(PbsErrorId.PathInvalid, $"'{path}' is not a path of the file system", path);
        }
    }
}
