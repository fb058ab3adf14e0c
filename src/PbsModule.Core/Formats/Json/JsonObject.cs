using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// An immutable JSON object. Its members have unique names and are in the byte order of the names in UTF-8.
/// </summary>
public sealed class JsonObject
{
    private readonly KeyValuePair<string, JsonValue>[] _members;

    private JsonObject(KeyValuePair<string, JsonValue>[] members) => _members = members;

    public static JsonObject Empty { get; } = new([]);

    public int Count => _members.Length;

    /// <summary>Creates an object. If a name occurs twice, the later member is used.</summary>
    public static JsonObject From(params ReadOnlySpan<KeyValuePair<string, JsonValue>> members)
    {
        if (members.IsEmpty) return Empty;
        return new JsonObject(IsSorted(members) ? members.ToArray() : Sorted(members));
    }

    /// <summary>Returns the member with a name, or JSON null if there is none.</summary>
    public JsonValue this[string name] => TryGet(name, out JsonValue value) ? value : default;

    public bool TryGet(string name, out JsonValue value)
    {
        int index = IndexOf(name);
        value = index >= 0 ? _members[index].Value : default;
        return index >= 0;
    }

    /// <summary>Returns the same object with one member set.</summary>
    public JsonObject With(string name, JsonValue value)
    {
        int index = IndexOf(name);
        var member = KeyValuePair.Create(name, value);
        if (index >= 0)
        {
            KeyValuePair<string, JsonValue>[] copy = [.. _members];
            copy[index] = member;
            return new JsonObject(copy);
        }

        return new JsonObject([.. _members.AsSpan(0, ~index), member, .. _members.AsSpan(~index)]);
    }

    /// <summary>Returns the same object without a member.</summary>
    public JsonObject Without(string name)
    {
        int index = IndexOf(name);
        return index < 0 ? this : new JsonObject([.. _members.AsSpan(0, index), .. _members.AsSpan(index + 1)]);
    }

    /// <summary>The members in the byte order of their names.</summary>
    public ReadOnlySpan<KeyValuePair<string, JsonValue>> Members => _members;

    private int IndexOf(string name)
    {
        int low = 0, high = _members.Length - 1;
        while (low <= high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            int order = Utf8Order.Compare(_members[middle].Key, name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    private static bool IsSorted(ReadOnlySpan<KeyValuePair<string, JsonValue>> members)
    {
        for (int i = 1; i < members.Length; i++)
        {
            if (Utf8Order.Compare(members[i - 1].Key, members[i].Key) >= 0) return false;
        }

        return true;
    }

    private static KeyValuePair<string, JsonValue>[] Sorted(ReadOnlySpan<KeyValuePair<string, JsonValue>> members)
    {
        var order = new int[members.Length];
        var names = new string[members.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            names[i] = members[i].Key;
        }

        // For equal names, the position decides, so that the last of them stays last.
        Array.Sort(order, (a, b) =>
            Utf8Order.Compare(names[a], names[b]) is var byName && byName != 0 ? byName : a.CompareTo(b));
        var sorted = new List<KeyValuePair<string, JsonValue>>(order.Length);
        foreach (int position in order)
        {
            if (sorted.Count > 0 && sorted[^1].Key == members[position].Key) sorted.RemoveAt(sorted.Count - 1);
            sorted.Add(members[position]);
        }

        return [.. sorted];
    }
}
