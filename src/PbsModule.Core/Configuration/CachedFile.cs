using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>
/// A configuration file as a value that is parsed again only when the file's time, to the last digit, or its length
/// changed.
/// </summary>
/// <param name="root">The folder it lies in.</param>
/// <param name="fileName">Its name there.</param>
/// <param name="parse">Makes the value of the text; a missing file comes as empty text.</param>
public sealed class CachedFile<T>(ConfigurationRoot root, string fileName, Func<ConfigurationText, T> parse)
    where T : class
{
    private readonly Lock _lock = new();
    private ConfigurationFileStamp _stamp;
    private T? _value;

    public string Path { get; } = root.PathOf(fileName);

    /// <exception cref="PbsNotFoundException">The configuration root does not exist.</exception>
    /// <exception cref="PbsStorageException">The file cannot be read.</exception>
    /// <exception cref="PbsFormatException">The content is refused by the parser.</exception>
    public T Load()
    {
        lock (_lock)
        {
            ConfigurationText? text = ConfigurationReader.ReadIfChanged(root, Path, _value is null
                ? null
                : _stamp, out ConfigurationFileStamp stamp);
            if (text is null) return _value!;
            // A file that cannot be parsed leaves no value behind: the next call reads, and fails, again.
            _value = null;
            _value = parse(text);
            _stamp = stamp;
            return _value;
        }
    }
}
