using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Presentation;
using PbsModule.Views;

namespace PbsModule.Provider;

/// <summary>
/// The drive <c>Pbs:</c> for browsing: datastores, namespaces (below <c>ns</c>), types, ids, times, archives and their
/// content. Its items are the objects of the cmdlets, so they can be piped. It is read-only.
/// </summary>
[CmdletProvider("Pbs", ProviderCapabilities.Filter)]
public sealed class PbsProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    private const string DriveName = "Pbs";
    private const string HowToGiveKey = "A drive with a key opens it: New-PSDrive -Name Locked -PSProvider Pbs -Root "
        + "<datastore or its folder> -KeyFile <file>.";

    private readonly CancellationTokenSource _stop = new();
    private bool _hasToldUnlocked;

    private static string Root => Path.DirectorySeparatorChar.ToString();

    public void Dispose() => _stop.Dispose();

    public IContentReader GetContentReader(string path)
    {
        var how = DynamicParameters as ContentParameters ?? new ContentParameters();
        return Try(path, (tree, place) => new DriveContentReader(tree.OpenContent(place), how))!;
    }

    public object GetContentReaderDynamicParameters(string path) => new ContentParameters();

    public IContentWriter GetContentWriter(string path) => throw ReadOnly();

    public object GetContentWriterDynamicParameters(string path) => null!;

    public void ClearContent(string path) => throw ReadOnly();

    public object ClearContentDynamicParameters(string path) => null!;

    protected override System.Collections.ObjectModel.Collection<PSDriveInfo> InitializeDefaultDrives() =>
        [new PSDriveInfo(DriveName, ProviderInfo, Root, "Backups on Proxmox Backup Server datastores.", null)];

    protected override object NewDriveDynamicParameters() => new DriveParameters();

    /// <summary>
    /// Makes a drive for one datastore, by name or folder, or for a location in one, optionally with a key.
    /// </summary>
    protected override PSDriveInfo NewDrive(PSDriveInfo drive)
    {
        var given = DynamicParameters as DriveParameters;
        if (given?.KeyFile is null && drive.Root.AsSpan().Trim(@"\/").IsEmpty) return drive;
        CryptKey? key = null;
        try
        {
            key = given?.KeyFile is { } file ? file.Open(FilePath, given.KeyPassword) : null;
            StoreDrive made = Begin(drive, key);
            if (TreeFor(made, static _ => { }).Find(made.Parse(made.Root)!) is not { IsContainer: true })
            {
                throw NoContainer(drive.Root);
            }

            key = null;
            return made;
        }
        catch (PbsException error)
        {
            ThrowTerminatingError(ErrorRecords.From(error, drive.Root)!);
            throw;
        }
        finally
        {
            key?.Dispose();
        }
    }

    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as StoreDrive)?.Key?.Dispose();
        return drive;
    }

    protected override bool IsValidPath(string path) => true;

    /// <summary>
    /// Items of an encrypted, damaged or locked archive are unknown. The user must get that error, and not that the
    /// item does not exist.
    /// </summary>
    protected override bool ItemExists(string path) => Find(path, out bool isClosed) is not null || isClosed;

    protected override bool IsItemContainer(string path) => Find(path, out _) is { IsContainer: true };

    protected override bool HasChildItems(string path) => Find(path, out _) is { IsContainer: true };

    protected override void GetItem(string path) => Try(path, (tree, place) =>
    {
        if (tree.Find(place) is { } item) WriteItemObject(item.Item, path, item.IsContainer);
        return true;
    });

    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    protected override void GetChildItems(string path, bool recurse, uint depth) => Try(path, (tree, place) =>
    {
        if (tree.Find(place) is { IsContainer: false } leaf) WriteItemObject(leaf.Item, path, false);
        else List(tree, place, path, recurse ? depth : 0, FilterOf());
        return true;
    });

    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Try(path, (tree, place) =>
    {
        WildcardPattern? filter = returnContainers == ReturnContainers.ReturnAllContainers ? null : FilterOf();
        foreach (DriveItem child in tree.Children(place))
        {
            if (child.IsContainer && filter is null || filter?.IsMatch(child.Name) != false)
            {
                WriteItemObject(child.Name, MakePath(path, child.Name), child.IsContainer);
            }
        }

        return true;
    });

    protected override void NewItem(string path, string itemTypeName, object newItemValue) => throw ReadOnly();

    protected override void RemoveItem(string path, bool recurse) => throw ReadOnly();

    protected override void MoveItem(string path, string destination) => throw ReadOnly();

    protected override void RenameItem(string path, string newName) => throw ReadOnly();

    protected override void CopyItem(string path, string copyPath, bool recurse) => throw ReadOnly();

    protected override void SetItem(string path, object value) => throw ReadOnly();

    protected override void ClearItem(string path) => throw ReadOnly();

    protected override void StopProcessing() => _stop.Cancel();

    private WildcardPattern? FilterOf() =>
        string.IsNullOrEmpty(Filter)
            ? null
            : new WildcardPattern(Filter, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);

    private void List(DriveTree tree, DrivePath place, string path, uint depth, WildcardPattern? filter)
    {
        bool isInArchive = place.IsInFile;
        foreach (DriveItem child in tree.Children(place, isInArchive ? depth : 0))
        {
            string below = MakePath(path, child.Below);
            if (filter?.IsMatch(child.Name) != false) WriteItemObject(child.Item, below, child.IsContainer);
            if (isInArchive || !child.IsContainer || depth == 0) continue;

            // A container that cannot be listed does not affect the others.
            Try(below, (nested, at) =>
            {
                List(nested, at, below, depth - 1, filter);
                return true;
            });
        }
    }

    /// <summary>
    /// Returns null for an item that does not exist or that the caller may not see, because PowerShell asks about any
    /// typed text.
    /// </summary>
    private DriveItem? Find(string path, out bool isClosed)
    {
        isClosed = false;
        try
        {
            return TreeFor(DriveOf(path, out DrivePath place), static _ => { }).Find(place);
        }
        catch (PbsException e)
        {
            isClosed = e is PbsFormatException or PbsIntegrityException or PbsStorageException or PbsLockedException
                || e.ErrorId == PbsErrorId.ChunkMissing;
            return null;
        }
    }

    private T? Try<T>(string path, Func<DriveTree, DrivePath, T> work)
    {
        try
        {
            return work(TreeFor(DriveOf(path, out DrivePath place), Report, ReportUnlocked), place);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (RecordOf(error, path) is not null)
        {
            WriteError(RecordOf(error, path)!);
            return default;
        }
    }

    private DriveTree TreeFor(
        StoreDrive? drive,
        Action<ListingProblem> report,
        Action<ListingProblem>? onUnlocked = null) =>
        new(new PbsEngine(RunspaceConnection.Current) { OnUnlocked = onUnlocked }, drive?.Key, report, _stop.Token);

    /// <summary>
    /// Returns the drive of a path; for a path without drive name, the drive whose datastore contains it.
    /// </summary>
    private StoreDrive? DriveOf(string path, out DrivePath place)
    {
        if (PSDriveInfo is StoreDrive current && current.Parse(path) is { } here)
        {
            place = here;
            return current;
        }

        foreach (StoreDrive drive in SessionState.Drive
            .GetAllForProvider(ProviderInfo.ToString())
            .OfType<StoreDrive>()
            .Where(drive => drive.Folder is not null)
            .OrderByDescending(drive => drive.Root.Length))
        {
            if (drive.Parse(path) is not { } there) continue;
            place = there;
            return drive;
        }

        place = DrivePath.Parse(path);
        return null;
    }

    /// <summary>
    /// Resolves the root of a new drive: the name of a datastore, the folder of one, or a location on a drive, which
    /// PowerShell has converted to a provider path by then.
    /// </summary>
    private StoreDrive Begin(PSDriveInfo drive, CryptKey? key)
    {
        string root = drive.Root;
        if (DrivePath.Parse(root) is not { Store: { } first }) return new StoreDrive(drive, Root, null, key);
        if (SessionState.Path.IsPSAbsolute(root, out _) && !Path.IsPathRooted(root)) throw NoContainer(root);
        if (!DatastoreResolver.IsPath(root)) return new StoreDrive(drive, Root + root, null, key);
        if (DriveOf(root, out _) is { Folder: { } known }) return new StoreDrive(drive, root, known, key);
        bool isOnDrive = !Directory.Exists(root)
            && RunspaceConnection.Current.Configuration?.Datastores.TryFind(first, out _) == true;
        if (isOnDrive) return new StoreDrive(drive, root, null, key);
        string folder = Path.TrimEndingDirectorySeparator(FilePath(root));
        string store = new PbsEngine(RunspaceConnection.Current).Resolver.ResolvePath(folder).Path;
        bool isInside = folder.StartsWith(store + Root, StringComparison.Ordinal);
        return new StoreDrive(drive, folder, isInside ? store : folder, key);
    }

    private static PbsNotFoundException NoContainer(string root) =>
        new(PbsErrorId.DriveRootNotFound, $"there is nothing at '{root}' that a drive could begin with", root);

    private string FilePath(string path)
    {
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        PbsCmdlet.RequireFileSystem(provider, path);
        return full;
    }

    private void ReportUnlocked(ListingProblem problem)
    {
        if (_hasToldUnlocked) return;
        _hasToldUnlocked = true;
        Report(problem);
    }

    private void Report(ListingProblem problem)
    {
        if (problem.Kind == ListingProblemKind.Information) WriteVerbose(DisplayText.Plain(problem.Message));
        else if (problem.Kind == ListingProblemKind.Warning) WriteWarning(DisplayText.Plain(problem.Message));
        else
        {
            WriteError(RecordOf(problem.Exception
                ?? new PbsStorageException(problem.ErrorId, problem.Message, problem.Target), problem.Target)!);
        }
    }

    /// <summary>
    /// Makes an error record with advice for a drive: its commands have none of the cmdlets' parameters, and the drive
    /// holds the key.
    /// </summary>
    private static ErrorRecord? RecordOf(Exception error, object? target)
    {
        ErrorRecord? record = ErrorRecords.From(error, target);
        if (record?.ErrorDetails is not { RecommendedAction: { } action } details) return record;
        bool needsKey = error is PbsException { ErrorId: PbsErrorId.KeyRequired or PbsErrorId.BlobEncrypted };
        details.RecommendedAction = needsKey ? HowToGiveKey : Recommendation.Fit(action, static _ => false);
        return record;
    }

    private static PSNotSupportedException ReadOnly() =>
        new(
            "The drive is for reading only. Save-PbsArchiveItem and Expand-PbsArchive write what is on it to the file "
                + "system.");
}

/// <summary>The parameters of Get-Content on the drive.</summary>
public sealed class ContentParameters
{
    /// <summary>Whether to return bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Whether to return one text instead of lines, or all bytes at once.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Encoding of text without a byte order mark; UTF-8 by default.</summary>
    [Parameter]
    [EncodingTransformation]
    public Encoding? Encoding { get; set; }
}
