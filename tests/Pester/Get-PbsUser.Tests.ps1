Describe 'Get-PbsUser' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the users by identity, root@pam among them' {
        (Get-PbsUser).AuthId | Should -Be 'admin@pbs', 'alice@pbs', 'backup@pbs', 'off@pbs', 'root@pam'
    }

    It 'is the object scripts rely on' {
        $alice = Get-PbsUser alice@pbs
        $alice | Should -BeOfType PbsModule.Core.Features.Acl.UserInfo
        "$alice" | Should -Be 'alice@pbs'
        $alice.FirstName, $alice.LastName, $alice.Enabled, $alice.IsActive, $alice.Expire | Should -Be 'Alice', 'Ant', $true, $true, $null
        $alice.Tokens | Should -Be 'alice@pbs!t-1'
        (Get-PbsUser off@pbs).IsActive | Should -BeFalse
    }

    It 'filters, and takes names and entries from the pipeline' {
        @(Get-PbsUser *a*).Count | Should -Be 4
        ('admin@pbs' | Get-PbsUser).Comment | Should -Be 'Administrator'
        (Get-PbsAcl / | Get-PbsUser).AuthId | Should -Be 'admin@pbs'
        (Get-PbsToken | Get-PbsUser).AuthId | Should -Be 'admin@pbs', 'alice@pbs'
    }

    It 'reports a user that is not there, and goes on; a wildcard is no error' {
        $failed = $null
        (Get-PbsUser nobody@pbs, admin@pbs -ErrorAction SilentlyContinue -ErrorVariable failed).AuthId | Should -Be 'admin@pbs'
        $failed[0].FullyQualifiedErrorId | Should -Be 'UserNotFound,PbsModule.Commands.GetPbsUserCommand'
        Get-PbsUser nobody* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'shows a user himself' {
        try {
            $null = Connect-PbsServer $config -AuthId backup@pbs
            (Get-PbsUser).AuthId | Should -Be 'backup@pbs'
            { Get-PbsUser admin@pbs -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotFound,*'
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'round-trips through CSV and completes' {
        (Get-PbsUser | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsUser).Count | Should -Be 5
        (Get-Completion 'Get-PbsUser al').CompletionText | Should -Be 'alice@pbs'
    }
}
