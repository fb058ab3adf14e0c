Describe 'Export-PbsReport' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $root = New-ConfigRoot @{ ds1 = $Store; bad = $Corrupt }
        Set-Content (Join-Path $root prune.cfg) "prune: nightly`n`tkeep-daily 1`n`tschedule daily`n`tstore ds1`n"
        $null = Connect-PbsServer $root -StateRoot (New-StateRoot) -LogRoot (New-LogRoot)
    }
    AfterAll { Disconnect-PbsServer }
    BeforeEach { $file = Join-Path $TestDrive "$([guid]::NewGuid()).html" }

    It 'writes one page that stands by itself' {
        $written = Export-PbsReport ds1 $file -PassThru
        $written | Should -BeOfType System.IO.FileInfo
        $written.FullName | Should -Be $file
        $page = Get-Content $file -Raw
        $page | Should -Match '^<!DOCTYPE html>'
        $page | Should -Not -Match '(src|href)="(?!#)'
        $page | Should -Not -Match 'https?://|url\(|@import'
        $page | Should -Match "default-src 'none'"
        foreach ($heading in 'Overview', 'Usage over time', 'Space by namespace', 'Space by group', 'Verification', 'What pruning would do now') { $page | Should -Match ">$heading</h2>" }
        $page | Should -Match 'host/alpha'
        $page | Should -Match 'prefers-color-scheme: dark'
        $page | Should -Match '@media print'
    }

    It 'can be read by a machine, and so by a screen reader' {
        Export-PbsReport ds1 $file
        $page = (Get-Content $file -Raw) -replace '<!DOCTYPE html>' -replace '<meta ([^>]*)>', '<meta $1/>' -replace '<br>', '<br/>'
        $page = $page -replace '(?s)<style>.*?</style>' -replace '(?s)<script>.*?</script>' -replace ' itemscope'
        $html = [xml] $page
        $html.html.lang | Should -Be 'en'
        foreach ($chart in $html.SelectNodes('//svg')) {
            if ($chart.GetAttribute('aria-hidden') -eq 'true') { continue }
            $chart.GetAttribute('role') | Should -Be 'img'
            foreach ($id in $chart.GetAttribute('aria-labelledby') -split ' ') { $html.SelectSingleNode("//*[@id='$id']").InnerText | Should -Not -BeNullOrEmpty }
        }
        foreach ($table in $html.SelectNodes('//table')) { $table.caption | Should -Not -BeNullOrEmpty; $table.SelectNodes('thead/tr/th[@scope="col"]').Count | Should -BeGreaterThan 2 }
        $ids = $html.SelectNodes('//*[@id]').id
        ($ids | Sort-Object -Unique).Count | Should -Be @($ids).Count
    }

    It 'tells several datastores, and what could not be told' {
        Get-PbsDatastore | Export-PbsReport -Destination $file -WarningAction Ignore
        $page = Get-Content $file -Raw
        $page | Should -Match '2 datastores'
        $page | Should -Match 'What could not be told'
        $page | Should -Match 'what it references is not counted'
    }

    It 'names each datastore that cannot be opened, with the reason, and counts it' {
        $lost = New-ConfigRoot @{ ds1 = $Store; lost = (Join-Path $TestDrive nowhere) }
        $null = Connect-PbsServer $lost -StateRoot (New-StateRoot) -LogRoot (New-LogRoot)
        try {
            $failed = $null
            Get-PbsDatastore | Export-PbsReport -Destination $file -ErrorAction SilentlyContinue -ErrorVariable failed
            @($failed).Count | Should -Be 1
            $page = Get-Content $file -Raw
            $page | Should -Match '<title>2 datastores, 1 of which could not be opened</title>'
            $page | Should -Match "<li>lost: $([regex]::Escape([System.Net.WebUtility]::HtmlEncode($failed[0].Exception.Message)))</li>"
            $page | Should -Match '<h2>Datastore ds1</h2>'
            Export-PbsReport lost $file -Force -ErrorAction SilentlyContinue
            Get-Content $file -Raw | Should -Match '<title>Datastore lost, which could not be opened</title>'
            Export-PbsReport ds1, nosuch $file -Force -ErrorAction SilentlyContinue -WarningAction Ignore
            Get-Content $file -Raw | Should -Match '<li>nosuch: '
            Remove-Item $file
            Export-PbsReport nosuch $file -ErrorAction SilentlyContinue
            Get-PbsDatastore | Export-PbsReport -Destination $file -WhatIf
            Test-Path $file | Should -BeFalse
        }
        finally { $null = Connect-PbsServer $root -StateRoot (New-StateRoot) -LogRoot (New-LogRoot) }
    }

    It 'tells a store without a server what there is' {
        Disconnect-PbsServer
        try { Export-PbsReport $Store $file }
        finally { $null = Connect-PbsServer $root -StateRoot (New-StateRoot) -LogRoot (New-LogRoot) }
        Get-Content $file -Raw | Should -Match 'No server has recorded any'
    }

    It 'writes nothing into <What>, with -Force either' -ForEach @(
        @{ What = 'a datastore'; Place = { "$Store/vm/100/2024-05-12T00:00:02Z/index.json.blob" } }
        @{ What = 'another datastore'; Place = { "$Corrupt/report.html" } }
        @{ What = 'the configuration'; Place = { "$root/acl.cfg" } }
        @{ What = 'a datastore through a link'; Place = { "$(New-Item -ItemType SymbolicLink (Join-Path $TestDrive "$([guid]::NewGuid())") -Target $Store)/vm/report.html" } }
    ) {
        $place = & $Place
        $before = (Get-Fingerprint $Store), (Get-Fingerprint $root)
        { Export-PbsReport ds1 $place -Force -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*'
        Push-Location (Split-Path $place)
        try { { Export-PbsReport ds1 "./$(Split-Path -Leaf $place)" -Force -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*' }
        finally { Pop-Location }
        (Get-Fingerprint $Store), (Get-Fingerprint $root) | Should -Be $before
    }

    It 'replaces a file only with -Force' {
        Set-Content $file 'mine'
        { Export-PbsReport ds1 $file -ErrorAction Stop } | Should -Throw -ErrorId 'ReportExists,*'
        Get-Content $file | Should -Be 'mine'
        Export-PbsReport ds1 $file -Force
        Get-Content $file -Raw | Should -Match 'DOCTYPE'
        Get-ChildItem $TestDrive -Filter *.tmp | Should -BeNullOrEmpty
    }

    It 'writes nothing with -WhatIf, into no folder, or for nobody' {
        Export-PbsReport ds1 $file -WhatIf
        Test-Path $file | Should -BeFalse
        { Export-PbsReport ds1 (Join-Path $TestDrive none/report.html) -ErrorAction Stop } | Should -Throw -ErrorId 'FolderNotFound,*'
        $null = Connect-PbsServer $root -AuthId backup@pbs
        try { { Export-PbsReport ds1 $file -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' }
        finally { $null = Connect-PbsServer $root -StateRoot (New-StateRoot) -LogRoot (New-LogRoot) }
        Test-Path $file | Should -BeFalse
    }

    It 'changes nothing in the store, takes -Path, and completes' {
        $before = Get-Fingerprint $Store
        Export-PbsReport ds1 -Path $file
        Get-Fingerprint $Store | Should -Be $before
        (Get-Completion 'Export-PbsReport d').CompletionText | Should -Contain 'ds1'
        (Get-Completion 'Export-PbsReport ds1 x.html -Timeframe De').CompletionText | Should -Be 'Decade'
    }
}
