Describe 'Get-PbsToken' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the tokens' {
        (Get-PbsToken).AuthId | Should -Be 'admin@pbs!t1', 'alice@pbs!t-1'
        $token = Get-PbsToken alice@pbs!t-1
        $token | Should -BeOfType PbsModule.Core.Features.Acl.TokenInfo
        $token.User, $token.TokenName, $token.Comment, $token.IsActive | Should -Be 'alice@pbs', 't-1', 'nightly script', $true
        "$token" | Should -Be 'alice@pbs!t-1'
    }

    It 'takes users for their tokens, and names and users from the pipeline' {
        (Get-PbsToken alice@pbs).TokenName | Should -Be 't-1'
        @(Get-PbsUser | Get-PbsToken -ErrorAction Stop).Count | Should -Be 2
        ('admin@pbs!t1' | Get-PbsToken).User | Should -Be 'admin@pbs'
        @(Get-PbsToken *t-*).Count | Should -Be 1
    }

    It 'reports a token that is not there; a wildcard is no error' {
        { Get-PbsToken alice@pbs!none -ErrorAction Stop } | Should -Throw -ErrorId 'TokenNotFound,*'
        Get-PbsToken none* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'shows a user his own' {
        try {
            $null = Connect-PbsServer $config -AuthId alice@pbs
            (Get-PbsToken).AuthId | Should -Be 'alice@pbs!t-1'
            $null = Connect-PbsServer $config -AuthId backup@pbs
            Get-PbsToken | Should -BeNullOrEmpty
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'round-trips through CSV, completes, and never shows a secret' {
        (Get-PbsToken | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsToken).Count | Should -Be 2
        (Get-Completion 'Get-PbsToken ad').CompletionText | Should -Be 'admin@pbs', 'admin@pbs!t1'
        Get-PbsToken | ConvertTo-Json -Depth 5 | Should -Not -Match '\$y\$'
    }
}
