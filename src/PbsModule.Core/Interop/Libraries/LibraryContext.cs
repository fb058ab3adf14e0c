using System.Reflection;
using System.Runtime.Loader;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Loads PbsModule.Codecs and the third-party assemblies that it needs from <c>lib</c> beside this assembly, at the
/// first use. Its own load context separates them from other versions in the same process.
/// </summary>
internal sealed class LibraryContext : AssemblyLoadContext
{
    private const string Folder = "lib";
    private const string Codecs = "PbsModule.Codecs";

    private static readonly Lazy<ILibraries> Loaded = new(() => LoadFrom(Beside(typeof(LibraryContext).Assembly)));

    private readonly string _folder;

    private LibraryContext(string folder)
        : base(Codecs) => _folder = folder;

    /// <exception cref="PbsPlatformException">An assembly is missing or damaged.</exception>
    public static ILibraries Libraries => Loaded.Value;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The interfaces must come from this assembly. The framework comes from the default context.
        Assembly core = typeof(LibraryContext).Assembly;
        if (assemblyName.Name == core.GetName().Name) return core;
        string file = Path.Combine(_folder, $"{assemblyName.Name}.dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    /// <summary>Loads the libraries from a folder.</summary>
    /// <exception cref="PbsPlatformException">An assembly is missing or damaged.</exception>
    internal static ILibraries LoadFrom(string folder)
    {
        string file = Path.Combine(folder, $"{Codecs}.dll");
        try
        {
            Assembly codecs = new LibraryContext(folder).LoadFromAssemblyPath(file);
            Type type = codecs.GetType($"{Codecs}.Libraries", throwOnError: true)!;
            return (ILibraries)Activator.CreateInstance(type, nonPublic: true)!;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException)
        {
            string reason = $"the module is incomplete: '{file}' cannot be loaded";
            throw new PbsPlatformException(PbsErrorId.LibraryMissing, reason, file, e);
        }
    }

    private static string Beside(Assembly assembly) => Path.Combine(Path.GetDirectoryName(assembly.Location)!, Folder);
}
