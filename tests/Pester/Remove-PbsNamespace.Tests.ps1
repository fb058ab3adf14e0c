Describe 'Remove-PbsNamespace' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'removes an empty namespace' {
        Remove-PbsNamespace ds1 empty-ns -Confirm:$false | Should -BeNullOrEmpty
        Join-Path $server.Store ns/empty-ns | Should -Not -Exist
    }

    It 'keeps groups unless told otherwise' {
        { Remove-PbsNamespace ds1 a -Confirm:$false -ErrorAction Stop } | Should -Throw '*delete-groups*' -ErrorId 'NamespaceNotEmpty,*'
        @(Get-PbsGroup ds1 -Namespace a -Recurse).Count | Should -Be 3
        Remove-PbsNamespace ds1 a -DeleteGroups -Confirm:$false
        (Get-PbsNamespace ds1 -Recurse).Namespace | Should -Be '', 'empty-ns'
    }

    It 'takes namespaces with those below them, texts and rows' {
        Get-PbsNamespace ds1 a -Recurse | Remove-PbsNamespace -DeleteGroups -Confirm:$false -ErrorAction Stop
        'empty-ns' | Remove-PbsNamespace -Datastore ds1 -Confirm:$false
        $null = New-PbsNamespace ds1 x
        Get-PbsNamespace ds1 x -Depth 0 | ConvertTo-Csv | ConvertFrom-Csv | Remove-PbsNamespace -Confirm:$false
        (Get-PbsNamespace ds1 -Recurse).Namespace | Should -Be ''
    }

    It 'refuses what is no namespace' {
        $before = Get-Fingerprint $server.Store
        foreach ($other in { Get-PbsGroup ds1 -Namespace a }, { Get-PbsSnapshot ds1 -Namespace a }, { Get-PbsDatastore ds1 }, { Get-PbsGroup ds1 -Namespace a | ConvertTo-Csv | ConvertFrom-Csv }) {
            { & $other | Remove-PbsNamespace -DeleteGroups -Confirm:$false -ErrorAction Stop } | Should -Throw
        }
        { Get-PbsNamespace ds1 a -Depth 0 | Remove-PbsNamespace -Datastore $Corrupt -DeleteGroups -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreMismatch,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'keeps what is protected' {
        $snapshot = Get-PbsSnapshot ds1 -Namespace a -Latest 1
        New-Item (Join-Path $server.Store "ns/a/host/beta/$($snapshot.BackupTime.ToString('yyyy-MM-ddTHH:mm:ssZ'))/.protected")
        { Remove-PbsNamespace ds1 a -DeleteGroups -Confirm:$false -ErrorAction Stop } | Should -Throw 'group only partially deleted due to protected snapshots'
        Get-PbsSnapshot ds1 -Namespace a -Recurse | ForEach-Object { "$_" } | Should -Be "$snapshot"
    }

    It 'removes nothing where <What>, and names it' -ForEach @(
        @{ What = 'a folder is no group'; Name = 'ns/a/ns/b/vm/bad id!' }
        @{ What = 'a folder is no namespace'; Name = 'ns/a/ns/bad name' }
        @{ What = 'a folder is no type'; Name = 'ns/a/VM' }
        @{ What = 'a folder is no snapshot'; Name = 'ns/a/host/beta/rescued-by-admin' }
    ) {
        $null = New-Item -ItemType Directory (Join-Path $server.Store $Name)
        $before = Get-Fingerprint $server.Store
        foreach ($risk in @{ WhatIf = $true }, @{ Confirm = $false }) {
            { Remove-PbsNamespace ds1 a -DeleteGroups @risk -ErrorAction Stop } | Should -Throw "*$Name*" -ErrorId 'ForeignContent,*'
        }
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'changes nothing with -WhatIf, and lists every change' {
        $before = Get-Fingerprint $server.Store
        $lines = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:PBS_TEST_MODULE'; `$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'; Remove-PbsNamespace ds1 a -DeleteGroups -WhatIf"
        $expected = @((Get-PbsSnapshot ds1 -Namespace a -Recurse), (Get-PbsGroup ds1 -Namespace a -Recurse), 'a/b', 'a' | ForEach-Object { $_ } | ForEach-Object { "on target ""$_ in ds1""" })
        @($lines).Count | Should -Be ($expected.Count + 1)
        $lines[0] | Should -BeLike "*: 2 of 2 namespaces, 3 of 3 groups, $(@(Get-PbsSnapshot ds1 -Namespace a -Recurse).Count) snapshots*"
        foreach ($target in $expected) { "$lines" | Should -BeLike "*$target*" }
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'asks before it removes' {
        ((Get-Command Remove-PbsNamespace).ImplementingType.GetCustomAttributes($true) | Where-Object { $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be High
    }

    It 'reports what is not there, and refuses the root and who may not' {
        { Remove-PbsNamespace ds1 nope -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceNotFound,*'
        { Remove-PbsNamespace ds1 '' -Confirm:$false -ErrorAction Stop } | Should -Throw 'Cannot create/delete root namespace!' -ErrorId 'NamespaceIsRoot,*'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Remove-PbsNamespace ds1 a -DeleteGroups -Confirm:$false -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify on /datastore/ds1'
    }

    It 'stops with the pipeline, and what is left is whole or unfinished' {
        $group = New-Item -ItemType Directory (Join-Path $server.Store ns/many/host/many)
        Copy-Item (Join-Path $server.Store host/alpha/owner) $group
        foreach ($number in 0..1999) {
            $time = [datetimeoffset]::FromUnixTimeSeconds(1700000000 + 60 * $number).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")
            $snapshot = [System.IO.Directory]::CreateDirectory("$group/$time").FullName
            foreach ($name in 'index.json.blob', 'a.blob', 'b.blob') {
                [System.IO.File]::Create("$snapshot/$name").Dispose()
            }
        }
        $connect = "`$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'"
        Measure-Stop "$connect; 'begins'; Remove-PbsNamespace ds1 many -DeleteGroups -Confirm:`$false; Start-Sleep 60" -After 1 | Should -BeLessThan 10
        foreach ($manifest in Get-ChildItem $group -Recurse -Filter index.json.blob -ErrorAction Ignore) { @(Get-ChildItem $manifest.Directory).Count | Should -Be 3 }
        if (Test-Path $group) {
            Join-Path $group owner | Should -Exist
            Remove-PbsNamespace ds1 many -DeleteGroups -Confirm:$false
        }
        $group | Should -Not -Exist
        Get-ChildItem (Join-Path $server.Run locks) -Recurse -File -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'completes' {
        (Get-Completion 'Remove-PbsNamespace ds1 e').CompletionText | Should -Be 'empty-ns'
    }
}
