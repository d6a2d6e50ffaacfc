# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium without a window, driven by Debian's Selenium.

    with Browser() as browser:
        browser.open(url, width=375, dark=True)
        browser.driver.find_element(...)
"""
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

# It runs as root, and asks nobody but the server under test.
FLAGS = ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--lang=en-US')
HEIGHT = 900

# The least contrast between a text and what is behind it (WCAG: the ratio of luminances), and where that is.
CONTRAST = '''
    const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const colour = parse(getComputedStyle(e).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    let worst = [21, ''];
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].filter((n) => n.nodeType === 3 && n.data.trim()).map((n) => n.data).join('');
        if (!own || !e.checkVisibility()) continue;
        const [a, b] = [parse(getComputedStyle(e).color), behind(e)].map(luminance);
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < worst[0]) worst = [ratio, own];
    }
    return worst;'''


class Browser:
    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(prefix='trophy-browser-')
        options = Options()
        options.binary_location = '/usr/bin/chromium'
        for flag in (*FLAGS, f'--user-data-dir={self._profile.name}'):
            options.add_argument(flag)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        self.driver = webdriver.Chrome(service=Service('/usr/bin/chromedriver'), options=options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        self._profile.cleanup()

    def open(self, url, width=1000, dark=False, forced_colors=False):
        """The page as somebody sees it who comes for the first time."""
        self.online(True)
        self.driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': HEIGHT, 'deviceScaleFactor': 1, 'mobile': width < 500})
        self.driver.execute_cdp_cmd('Emulation.setEmulatedMedia', {'features': [
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'},
            {'name': 'forced-colors', 'value': 'active' if forced_colors else 'none'}]})
        self.driver.get(url)
        self.driver.execute_script('sessionStorage.clear()')
        self.driver.get(url)
        self.driver.get_log('browser')

    def online(self, yes):
        self.driver.execute_cdp_cmd('Network.enable', {})
        self.driver.execute_cdp_cmd('Network.emulateNetworkConditions', {
            'offline': not yes, 'latency': 0, 'downloadThroughput': -1, 'uploadThroughput': -1})

    def wait(self, condition, timeout_s=10):
        """Until condition() is true; what it gave."""
        return WebDriverWait(self.driver, timeout_s, poll_frequency=0.05).until(lambda _: condition())

    def run(self, script, *args):
        return self.driver.execute_script(script, *args)

    def complaints(self):
        """What the page's own code, or the policy that forbids foreign code, said on the console.  A refused request is
        no complaint."""
        return [entry['message'] for entry in self.driver.get_log('browser') if entry['source'] != 'network']

    def contrast(self):
        """(ratio, text) where text is hardest to read."""
        return tuple(self.run(CONTRAST))
