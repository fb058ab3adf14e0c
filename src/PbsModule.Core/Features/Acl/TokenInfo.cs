using PbsModule.Core.Access.Users;

namespace PbsModule.Core.Features.Acl;

/// <summary>A token of a user. Its text is its identity. Source: pbs-api-types ApiToken.</summary>
public sealed class TokenInfo
{
    internal TokenInfo(TokenEntry token, bool isActive)
    {
        AuthId = token.TokenId;
        User = token.UserId;
        TokenName = token.TokenName;
        Enabled = token.Enable;
        Expire = UserInfo.Moment(token.Expire);
        IsActive = isActive;
        Comment = token.Comment;
    }

    /// <summary><c>name@realm!token</c>.</summary>
    public string AuthId { get; }

    /// <summary>The user it belongs to.</summary>
    public string User { get; }

    /// <summary>The token's own name.</summary>
    public string TokenName { get; }

    public bool Enabled { get; }

    /// <inheritdoc cref="UserInfo.Expire"/>
    public DateTimeOffset? Expire { get; }

    /// <summary>Whether it could log in now. Its user must exist and be active too.</summary>
    public bool IsActive { get; }

    public string? Comment { get; }

    public override string ToString() => AuthId;
}
