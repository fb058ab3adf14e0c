# Runs every example of the help pages and every recipe on the sample store, so that none of them is wrong.
BeforeDiscovery {
    $pages = Get-ChildItem (Join-Path $PSScriptRoot ../../docs/cmdlets/*-*.md)
    $examples = foreach ($page in $pages) {
        $text = Get-Content $page -Raw
        $section = [regex]::Match($text, '(?ms)^## EXAMPLES\s*$(.*?)^## ').Groups[1].Value
        foreach ($example in [regex]::Matches($section, '(?ms)^### (?<title>[^\n]+)\n(?<body>.*?)(?=^### |\z)')) {
            $code = [regex]::Matches($example.Groups['body'].Value, '(?ms)^```powershell\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
            @{ Page = $page.BaseName; Title = $example.Groups['title'].Value.Trim(); Code = $code -join "`n" }
        }
    }

    # A recipe is all that stands under a heading; what is for other shells has no code here.
    $recipes = foreach ($recipe in [regex]::Matches((Get-Content (Join-Path $PSScriptRoot ../../docs/about_PbsRecipes.md) -Raw), '(?ms)^### (?<title>[^\n]+)\n(?<body>.*?)(?=^##+ |\z)')) {
        $code = [regex]::Matches($recipe.Groups['body'].Value, '(?ms)^```powershell\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
        if ($code) { @{ Page = 'about_PbsRecipes'; Title = $recipe.Groups['title'].Value.Trim(); Code = $code -join "`n" } }
    }
    $examples = @($examples) + @($recipes)
}

Describe 'Examples' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        # Examples say /mnt/datastore/ds1 and /mnt/rescue; here these are folders of the test.
        $config = New-ConfigRoot
        $state = New-JobRoot $config
        # Nobody is there to type one.
        function Get-Credential { [pscredential]::new('alice@pbs!t-1', (ConvertTo-SecureString a2863a7f-26d0-4de3-aed0-63d285ef3430 -AsPlainText)) }
        # The key of the encrypted backups in the store.
        Copy-Item (Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json) (Join-Path $TestDrive backup.key)
        Copy-Item (Join-Path $PSScriptRoot ../corpus/keys/master-private.pem) (Join-Path $TestDrive master.pem)
        $mounts = @{ '/mnt/rescue/etc/proxmox-backup' = $config; '/mnt/datastore/ds1' = $Store; '/mnt/datastore' = Split-Path $Store }
    }
    AfterAll { Disconnect-PbsServer }

    It '<Page>: <Title>' -ForEach $examples {
        $Code | Should -Not -BeNullOrEmpty
        foreach ($mount in $mounts.Keys | Sort-Object Length -Descending) { $Code = $Code.Replace($mount, $mounts[$mount]) }
        # Of tasks, one is at work, which an example may stop.
        $logs = New-LogRoot
        $task = if ($Code -match '-PbsTask') { Start-OtherTask $logs }
        # What changes something gets a server of its own.
        if ($Code -match '(Add|Set|Remove|New|Start|Invoke|Protect|Unprotect)-Pbs') { $null = Connect-TestServer }
        else { $null = Connect-PbsServer $config -LogRoot $logs -StateRoot $state }
        Push-Location $TestDrive
        try {
            $output = & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'`n$Code")) 3>$null
            if ($Page -notlike 'Disconnect-*') { @($output).Count | Should -BeGreaterThan 0 }
        }
        finally {
            Pop-Location
            if ($task) { Stop-OtherTask $task }
        }
    }
}
