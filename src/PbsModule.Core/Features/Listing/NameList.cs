using System.Collections;

namespace PbsModule.Core.Features.Listing;

/// <summary>
/// Names that belong to an object. Its text is the names on one line, so that a CSV cell can hold them.
/// </summary>
public sealed class NameList : IReadOnlyList<string>
{
    private readonly string[] _names;

    internal NameList(IEnumerable<string> names) => _names = [.. names];

    public int Count => _names.Length;

    public string this[int index] => _names[index];

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", _names);
}
