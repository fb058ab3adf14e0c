Describe 'Get-PbsDatastore' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot @{ ds1 = $Store; ds2 = $Corrupt; other = "$TestDrive/none" }
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists all by name' { (Get-PbsDatastore).Datastore | Should -Be 'ds1', 'ds2', 'other' }

    It 'is typed' { (Get-PbsDatastore ds1) | Should -BeOfType PbsModule.Core.Features.Status.DatastoreInfo }

    It 'takes names, several and with wildcards' {
        (Get-PbsDatastore ds1).Datastore | Should -Be 'ds1'
        (Get-PbsDatastore -Name ds2, ds1).Datastore | Should -Be 'ds2', 'ds1'
        (Get-PbsDatastore ds*).Datastore | Should -Be 'ds1', 'ds2'
    }

    It 'takes names, objects and rows from the pipeline' {
        ('ds1', 'other' | Get-PbsDatastore).Datastore | Should -Be 'ds1', 'other'
        (Get-PbsDatastore ds* | Get-PbsDatastore).Datastore | Should -Be 'ds1', 'ds2'
        ([pscustomobject]@{ Datastore = 'ds2' } | Get-PbsDatastore).Datastore | Should -Be 'ds2'
    }

    It 'opens a folder by path, and knows a registered one' {
        $registered = Get-PbsDatastore -Path $Store
        $registered.Datastore, $registered.Name, $registered.AccessControl | Should -Be $Store, 'ds1', 'Enforced'
        Disconnect-PbsServer
        try {
            $opened = Get-PbsDatastore -LiteralPath $Store
            $opened.Datastore | Should -Be $Store
            $opened.AccessControl | Should -Be 'None'
            $null = New-Item -ItemType Directory "$TestDrive/mix/one/.chunks", "$TestDrive/mix/none"
            $null = New-Item -ItemType File "$TestDrive/mix/one/.lock"
            (Get-PbsDatastore -Path "$TestDrive/mix/*" -ErrorAction Stop).Datastore | Should -Be "$TestDrive/mix/one"
            (Get-Item $Store | Get-PbsDatastore).Datastore | Should -Be $Store
            Push-Location $Store
            (Get-PbsDatastore .).Datastore | Should -Be $Store
            Pop-Location
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'shows one that is not there with the reason' {
        $store = Get-PbsDatastore other
        $store.IsAvailable | Should -BeFalse
        $store.Problem | Should -Not -BeNullOrEmpty
    }

    It 'reports a literal that is not there and goes on; a wildcard is no error' {
        $failed = $null
        $found = Get-PbsDatastore none, ds1 -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.Datastore | Should -Be 'ds1'
        $failed[0].FullyQualifiedErrorId | Should -Be 'DatastoreNotFound,PbsModule.Commands.GetPbsDatastoreCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Get-PbsDatastore none* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsDatastore none -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreNotFound,*'
    }

    It 'says what to do where a name is given and nothing is connected' {
        Disconnect-PbsServer
        try {
            if (Test-Path /etc/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server' }
            $failed = $null
            Get-PbsDatastore ds1 -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
            $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Connect-PbsServer'
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'refuses a folder that is no datastore, and a path of another provider' {
        { Get-PbsDatastore -LiteralPath $TestDrive -ErrorAction Stop } | Should -Throw -ErrorId 'DatastorePathInvalid,*'
        { Get-PbsDatastore -LiteralPath 'Env:/x' -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        { Get-PbsDatastore -LiteralPath 'nodrive:/x' -ErrorAction Stop } | Should -Throw -ErrorId 'DriveNotFound,*'
    }

    It 'completes names, with the path as tooltip' {
        $found = Get-Completion 'Get-PbsDatastore ds'
        $found.CompletionText | Should -Be 'ds1', 'ds2'
        $found[0].ToolTip | Should -Match ([regex]::Escape($Store))
        (Get-Completion "Get-PbsDatastore '").CompletionText | Should -Contain "'ds1'"
    }

    It 'completes folders where the word is a path' {
        (Get-Completion "Get-PbsDatastore $(Split-Path $Store)/d").CompletionText | Should -Contain $Store
    }

    It 'takes paths with brackets as they are, and as Tab writes them' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'stores [b] c')
        if ($IsLinux) { & cp -a $Store "$folder/ds1" } else { Copy-Item $Store "$folder/ds1" -Recurse }
        $escaped = (Get-Completion "Get-PbsSnapshot $TestDrive/stores").CompletionText.Trim("'")
        $escaped | Should -Match '`'
        foreach ($path in "$folder/ds1", "$escaped/ds1") {
            (Get-PbsDatastore $path).Datastore | Should -Be (Join-Path $folder ds1)
            (Get-PbsDatastore -Path $path.Replace("$folder", $escaped)).Datastore | Should -Be (Join-Path $folder ds1)
            @(Get-PbsSnapshot $path -BackupType vm).Count | Should -Be 2
        }
        (Get-PbsDatastore -LiteralPath "$folder/ds1").Datastore | Should -Be (Join-Path $folder ds1)
    }

    It 'completes folders where nothing has a name' {
        Disconnect-PbsServer
        $place = New-Item -ItemType Directory (Join-Path $TestDrive rescue)
        $null = New-Item -ItemType Directory (Join-Path $place store1)
        $null = New-Item -ItemType File (Join-Path $place readme.txt)
        Push-Location $place
        try { (Get-Completion 'Get-PbsSnapshot ').CompletionText | Should -Be (Join-Path . store1) }
        finally {
            Pop-Location
            $null = Connect-PbsServer $config
        }
    }

    It 'exports flat and whole' {
        $row = Get-PbsDatastore ds1 | ConvertTo-Csv | ConvertFrom-Csv
        ($row | Get-PbsDatastore).Path | Should -Be $Store
        (Get-PbsDatastore ds1 | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Path | Should -Be $Store
    }
}
