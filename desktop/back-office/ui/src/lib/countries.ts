// Countries a shop may stand in, with their currency and whether their prices usually contain tax. Names come from the system.

const KNOWN = `AE:AED AR:ARS AT:EUR AU:AUD BE:EUR BG:EUR BR:BRL CA:CAD CH:CHF CL:CLP CN:CNY CO:COP CY:EUR CZ:CZK DE:EUR DK:DKK EE:EUR EG:EGP ES:EUR FI:EUR FR:EUR
GB:GBP GR:EUR HK:HKD HR:EUR HU:HUF ID:IDR IE:EUR IL:ILS IN:INR IS:ISK IT:EUR JP:JPY KE:KES KR:KRW LI:CHF LT:EUR LU:EUR LV:EUR MA:MAD MT:EUR MX:MXN MY:MYR
NG:NGN NL:EUR NO:NOK NZ:NZD PE:PEN PH:PHP PL:PLN PT:EUR RO:RON RS:RSD SA:SAR SE:SEK SG:SGD SI:EUR SK:EUR TH:THB TR:TRY TW:TWD UA:UAH US:USD UY:UYU VN:VND ZA:ZAR`;

const names = new Intl.DisplayNames(['en'], { type: 'region' });

export const countries = KNOWN.split(/\s+/)
  .map((entry) => {
    const [code = '', currency = ''] = entry.split(':');
    return { code, currency, name: names.of(code) ?? code };
  })
  .sort((a, b) => a.name.localeCompare(b.name));

export const currencies = [...new Set(countries.map((country) => country.currency))].sort();

/** Only North America states prices without tax. */
export const pricesUsuallyIncludeTax = (country: string) => country !== 'US' && country !== 'CA';

export const countryName = (code: string) => (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code);
