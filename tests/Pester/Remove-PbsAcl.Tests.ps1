Describe 'Remove-PbsAcl' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'removes one entry, by position' {
        Remove-PbsAcl /datastore/ds1 alice@pbs NoAccess | Should -BeNullOrEmpty
        Get-PbsAcl /datastore/ds1 alice@pbs | Should -BeNullOrEmpty
    }

    It 'removes by wildcards, all at once' {
        @(Remove-PbsAcl * alice@pbs* -PassThru).Count | Should -Be 3
        @(Get-PbsAcl).Count | Should -Be 2
        Remove-PbsAcl /nope* * -ErrorAction Stop
    }

    It 'takes entries, rows and lines' {
        (Get-PbsAcl /datastore/ds1 -Role NoAccess | Remove-PbsAcl -PassThru).Role | Should -Be 'NoAccess'
        Get-PbsAcl /datastore | ConvertTo-Csv | ConvertFrom-Csv | Remove-PbsAcl
        'acl:1:/datastore/ds1:backup@pbs:DatastoreBackup' | Remove-PbsAcl
        Get-PbsAcl | ForEach-Object { "$_" } | Should -Be 'acl:1:/:admin@pbs:Admin', 'acl:1:/datastore/ds1/a:alice@pbs!t-1:DatastoreReader'
    }

    It 'refuses what only has keys in common with an entry' {
        $before = Get-Content $server.Acl -Raw
        { Get-PbsUser alice@pbs | Remove-PbsAcl -ErrorAction Stop } | Should -Throw
        { Get-PbsPermission alice@pbs /datastore | Remove-PbsAcl -ErrorAction Stop } | Should -Throw
        { Get-PbsRole Admin | Remove-PbsAcl -ErrorAction Stop } | Should -Throw
        { [pscustomobject]@{ AclPath = '/'; AuthId = 'admin@pbs' } | Remove-PbsAcl -ErrorAction Stop } | Should -Throw
        Get-Content $server.Acl -Raw | Should -Be $before
    }

    It 'changes nothing with -WhatIf' {
        $before = Get-Fingerprint $server.Config
        Remove-PbsAcl * * -WhatIf
        Get-Fingerprint $server.Config | Should -Be $before
    }

    It 'reports what is not there' {
        { Remove-PbsAcl /nope * -ErrorAction Stop } | Should -Throw -ErrorId 'AclEntryNotFound,*'
        { 'acl:1:/:backup@pbs:Admin' | Remove-PbsAcl -ErrorAction Stop } | Should -Throw -ErrorId 'AclEntryNotFound,*'
        { Remove-PbsAcl / admin@pbs Audit -ErrorAction Stop } | Should -Throw "admin@pbs has no entry with Audit on '/'" -ErrorId 'AclEntryNotFound,*'
        { Remove-PbsAcl / backup@pbs -ErrorAction Stop } | Should -Throw "backup@pbs has no entry on '/'" -ErrorId 'AclEntryNotFound,*'
        { Remove-PbsAcl / admin@pbs Boss -ErrorAction Stop } | Should -Throw -ErrorId 'RoleUnknown,*'
        $failed = $null
        Remove-PbsAcl /, /datastore admin@pbs, alice@pbs -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
        "$failed" | Should -Be "alice@pbs has no entry on '/' admin@pbs has no entry on '/datastore'"
        Remove-PbsAcl / back* -ErrorAction Stop | Should -BeNullOrEmpty
        $failed = $null
        'acl:1:/:backup@pbs:Admin', 'acl:1:/:admin@pbs:Admin' | Remove-PbsAcl -ErrorAction SilentlyContinue -ErrorVariable failed
        @($failed).Count | Should -Be 1
        Get-PbsAcl / -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'refuses in PBS''s words' {
        Add-Content $server.Acl 'acl:1:/:@ops:Audit'
        { Remove-PbsAcl / '@ops' -ErrorAction Stop } | Should -Throw "parameter 'group' - groups are currently not supported."
        $null = Connect-PbsServer $server.Config -AuthId alice@pbs
        { Remove-PbsAcl / admin@pbs -ErrorAction Stop } | Should -Throw 'Unprivileged users can only set ACL items for API tokens.'
        (Remove-PbsAcl * * -PassThru).AuthId | Should -Be 'alice@pbs!t-1'
    }

    It 'completes' {
        (Get-Completion 'Remove-PbsAcl /datastore/ds1 ba').CompletionText | Should -Be 'backup@pbs'
    }
}
