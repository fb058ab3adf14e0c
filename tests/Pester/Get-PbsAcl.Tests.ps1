Describe 'Get-PbsAcl' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists all entries by path and principal' {
        Get-PbsAcl | ForEach-Object { "$_" } | Should -Be @(
            'acl:1:/:admin@pbs:Admin', 'acl:1:/datastore:alice@pbs:DatastoreAdmin', 'acl:0:/datastore/ds1:alice@pbs:NoAccess'
            'acl:1:/datastore/ds1:backup@pbs:DatastoreBackup', 'acl:1:/datastore/ds1/a:alice@pbs!t-1:DatastoreReader')
    }

    It 'is the object scripts rely on' {
        $entry = Get-PbsAcl /datastore
        $entry | Should -BeOfType PbsModule.Core.Features.Acl.AclEntryInfo
        $entry.AclPath, $entry.AuthId, $entry.Group, $entry.Role, $entry.Propagate | Should -Be '/datastore', 'alice@pbs', $null, 'DatastoreAdmin', $true
        $entry.Digest | Should -Be (Get-FileHash (Join-Path $config acl.cfg)).Hash.ToLower()
    }

    It 'filters by path, identity and role, with wildcards and lists' {
        @(Get-PbsAcl /datastore/ds1).Count | Should -Be 2
        @(Get-PbsAcl -Path /datastore/ds1/).Count | Should -Be 2
        @(Get-PbsAcl /datastore/*).Count | Should -Be 3
        @(Get-PbsAcl /, /datastore).Count | Should -Be 2
        @(Get-PbsAcl -AuthId alice@pbs).Count | Should -Be 2
        @(Get-PbsAcl -AuthId alice@pbs*).Count | Should -Be 3
        (Get-PbsAcl -Role noaccess*).AclPath | Should -Be '/datastore/ds1'
        (Get-PbsAcl /datastore/ds1 -AuthId backup@pbs -Role DatastoreBackup).AuthId | Should -Be 'backup@pbs'
    }

    It 'goes below a path' {
        @(Get-PbsAcl /datastore -Recurse).Count | Should -Be 4
        @(Get-PbsAcl /datastore -Depth 1).Count | Should -Be 3
        @(Get-PbsAcl / -Depth 1).Count | Should -Be 2
    }

    It 'takes paths, stores, namespaces and users from the pipeline' {
        @('/datastore' | Get-PbsAcl).Count | Should -Be 1
        @(Get-PbsDatastore ds1 | Get-PbsAcl).Count | Should -Be 2
        (Get-PbsNamespace ds1 a -Depth 0 | Get-PbsAcl).AuthId | Should -Be 'alice@pbs!t-1'
        @(Get-PbsUser alice@pbs | Get-PbsAcl).Count | Should -Be 2
        @(Get-PbsToken alice@pbs | Get-PbsAcl).Count | Should -Be 1
    }

    It 'reports what is not there, and goes on; a wildcard is no error' {
        $failed = $null
        $found = Get-PbsAcl /nope, /datastore -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.AclPath | Should -Be '/datastore'
        $failed[0].FullyQualifiedErrorId | Should -Be 'AclEntryNotFound,PbsModule.Commands.GetPbsAclCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        { Get-PbsAcl -AuthId nobody@pbs -ErrorAction Stop } | Should -Throw -ErrorId 'AclEntryNotFound,*'
        { Get-PbsAcl -Role Boss -ErrorAction Stop } | Should -Throw -ErrorId 'RoleUnknown,*'
        Get-PbsAcl -AuthId off@pbs -ErrorAction Stop | Should -BeNullOrEmpty
        Get-PbsAcl /nope* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsDatastore $Store | Get-PbsAcl -ErrorAction Stop } | Should -Not -Throw
        { Get-PbsDatastore $Corrupt | Get-PbsAcl -ErrorAction Stop } | Should -Throw
    }

    It 'shows a user the entries of his tokens, and a token none' {
        try {
            $null = Connect-PbsServer $config -AuthId alice@pbs
            (Get-PbsAcl).AuthId | Should -Be 'alice@pbs!t-1'
            $null = Connect-PbsServer $config -AuthId alice@pbs!t-1
            Get-PbsAcl | Should -BeNullOrEmpty
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'finds each entry by itself, those of groups, too' {
        $root = New-ConfigRoot
        Add-Content (Join-Path $root acl.cfg) 'acl:1:/datastore:@ops,@dev:DatastoreAdmin'
        try {
            $null = Connect-PbsServer $root
            $all = Get-PbsAcl
            $all.Count | Should -Be 7
            $all | Get-PbsAcl | ForEach-Object ToString | Should -Be ($all | ForEach-Object ToString)
            $all | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsAcl | ForEach-Object ToString | Should -Be ($all | ForEach-Object ToString)
            (Get-PbsAcl -Group 'o*').Group | Should -Be 'ops'
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'fits 80 columns, and is whole in CSV and JSON' {
        Get-PbsAcl | Out-String -Width 80 | Should -Match 'Propagate'
        (Get-PbsAcl | ConvertTo-Csv | ConvertFrom-Csv)[2].Propagate | Should -Be 'False'
        (Get-PbsAcl /datastore | ConvertTo-Json | ConvertFrom-Json).Role | Should -Be 'DatastoreAdmin'
    }

    It 'completes paths, identities and roles' {
        (Get-Completion 'Get-PbsAcl /datastore/d').CompletionText | Should -Contain '/datastore/ds1/a/b'
        (Get-Completion 'Get-PbsAcl -AuthId al').CompletionText | Should -Be 'alice@pbs', 'alice@pbs!t-1'
        (Get-Completion 'Get-PbsAcl -Role no').CompletionText | Should -Be 'NoAccess'
    }

    It 'says what is missing without a connection' {
        Disconnect-PbsServer
        try {
            if (Test-Path /etc/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server' }
            else { { Get-PbsAcl -ErrorAction Stop } | Should -Throw -ErrorId 'NotConnected,*' }
        }
        finally { $null = Connect-PbsServer $config }
    }
}
