using System.Globalization;
using System.Text;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// The text of a large acl.cfg: stores with namespaces seven levels deep, users and tokens with roles on all of them.
/// </summary>
internal sealed class AclFile
{
    public const int QueryCount = 1000;

    private const int Stores = 25;
    private const int Users = 500;
    private const int FirstDepth = 2;
    private const int FullDepth = 9;

    private static readonly string[] Roles = ["DatastoreAdmin", "DatastoreReader", "DatastoreBackup", "DatastorePowerUser", "DatastoreAudit", "NoAccess"];

    private readonly StringBuilder _text = new();
    private readonly Random _random = new(1);

    public AclFile(int lines)
    {
        Lines = lines;
        for (int query = 0; query < QueryCount; query++) AddQueried(query);
        for (int line = QueryCount * 5; line < lines; line++)
        {
            int leaf = _random.Next(QueryCount);
            string token = _random.Next(2) == 0 ? "!backup" : "";
            Add(leaf, _random.Next(FirstDepth, FullDepth + 1), User(_random.Next(Users)) + token, Roles[_random.Next(Roles.Length)]);
        }
    }

    public int Lines { get; }

    public byte[] Content => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>
    /// Returns the caller of a query: a token whose own entries and whose user's entries are on different levels of the
    /// path.
    /// </summary>
    public static Authid Token(int query) => Authid.Parse(User(query % Users) + "!backup");

    /// <summary>Returns a path, by default of nine components.</summary>
    public static string Path(int leaf, int depth = FullDepth)
    {
        string[] components = ["datastore", Name("store", leaf % Stores), Name("site", leaf % 5), Name("team", leaf % 10), Name("ns", leaf % 50), Name("ns", leaf % 100), Name("ns", leaf % 250), Name("ns", leaf % 500), Name("ns", leaf)];
        return "/" + string.Join('/', components.AsSpan(0, depth));
    }

    private void AddQueried(int query)
    {
        string user = User(query % Users);
        Add(query, 2, user, "DatastoreAdmin");
        Add(query, 7, user, "DatastorePowerUser");
        Add(query, 2, user + "!backup", "DatastoreAudit");
        Add(query, 5, user + "!backup", "DatastoreReader");
        Add(query, 9, user + "!backup", "DatastoreBackup");
    }

    private void Add(int leaf, int depth, string principal, string role) =>
        _text.Append("acl:").Append(_random.Next(4) == 0 ? '0' : '1').Append(':').Append(Path(leaf, depth)).Append(':').Append(principal).Append(':').Append(role).Append('\n');

    private static string User(int number) => Name("user", number) + "@pbs";

    private static string Name(string kind, int number) => kind + number.ToString(CultureInfo.InvariantCulture);
}
