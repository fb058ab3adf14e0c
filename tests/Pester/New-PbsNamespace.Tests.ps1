Describe 'New-PbsNamespace' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'makes namespaces, parents first, and leaves those that are there' {
        $made = New-PbsNamespace ds1 x, x/y, x
        $made | Should -BeOfType PbsModule.Core.Features.Listing.NamespaceInfo
        $made | ForEach-Object { "$_" } | Should -Be 'x', 'x/y', 'x'
        Join-Path $server.Store ns/x/ns/y | Should -Exist
    }

    It 'takes rows, and stores from the pipeline' {
        Get-PbsNamespace ds1 -Recurse | Where-Object Depth -gt 0 | ConvertTo-Csv | ConvertFrom-Csv | New-PbsNamespace | ForEach-Object { "$_" } | Should -Be 'a', 'a/b', 'empty-ns'
        (Get-PbsDatastore ds1 | New-PbsNamespace -Namespace z).Namespace | Should -Be 'z'
        (New-PbsNamespace -Namespace only-store).Datastore | Should -Be 'ds1'
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Store
        New-PbsNamespace ds1 x -WhatIf
        { New-PbsNamespace ds1 q/r -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceNotFound,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'refuses in PBS''s words, and goes on' {
        $failed = $null
        $made = New-PbsNamespace ds1 q/r, 'bad name', x -ErrorAction SilentlyContinue -ErrorVariable failed
        $made.Namespace | Should -Be 'x'
        $failed[0].Exception.Message | Should -Be "cannot create new namespace, parent q doesn't already exists"
        $failed[1].FullyQualifiedErrorId | Should -Be 'NamespaceInvalid,PbsModule.Commands.NewPbsNamespaceCommand'
        { New-PbsNamespace ds1 '' -ErrorAction Stop } | Should -Throw 'Cannot create/delete root namespace!'
        { New-PbsNamespace nope x -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreNotFound,*'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { New-PbsNamespace ds1 w -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify on /datastore/ds1'
    }

    It 'completes' {
        (Get-Completion 'New-PbsNamespace ds1 a').CompletionText | Should -Be 'a', 'a/b'
        (Get-Completion 'New-PbsNamespace d').CompletionText | Should -Be 'ds1'
    }
}
