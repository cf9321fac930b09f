"""The kinds of products that the simulated shop sells, as plain words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of product."""

    code: str
    department: str
    category: str
    name: str
    size: str
    life_days: int | None
    """How long a pack lasts one person; None: it is not used up."""
    low: int
    """Lowest price, in cents."""
    high: int


BRANDS = ("House", "Classic", "Farm", "Select", "Organic", "Value")
VARIANTS = ("", "Mild", "Dark", "Fresh", "Extra", "Large", "Small", "Red", "Blue", "Green", "Gold", "White", "Plain")

KINDS = (
    Kind("COF", "pantry", "coffee and tea", "Ground Coffee", "500 g", 24, 549, 1499),
    Kind("TEA", "pantry", "coffee and tea", "Tea", "50 bags", 40, 249, 799),
    Kind("RIC", "pantry", "grains", "Rice", "1 kg", 45, 199, 599),
    Kind("PAS", "pantry", "grains", "Pasta", "500 g", 21, 99, 399),
    Kind("OAT", "pantry", "breakfast", "Oats", "750 g", 30, 199, 549),
    Kind("GRA", "pantry", "breakfast", "Granola", "400 g", 14, 349, 799),
    Kind("HON", "pantry", "breakfast", "Honey", "340 g", 60, 399, 1199),
    Kind("OIL", "pantry", "oils", "Olive Oil", "750 ml", 50, 699, 2199),
    Kind("SAU", "pantry", "sauces", "Tomato Sauce", "400 g", 18, 149, 499),
    Kind("SNK", "pantry", "snacks", "Crackers", "200 g", 12, 149, 449),
    Kind("CHO", "pantry", "snacks", "Chocolate", "100 g", 7, 149, 599),
    Kind("MLK", "fresh", "dairy", "Milk", "1 l", 6, 129, 299),
    Kind("YOG", "fresh", "dairy", "Yoghurt", "500 g", 7, 149, 499),
    Kind("CHE", "fresh", "dairy", "Cheese", "250 g", 14, 299, 1199),
    Kind("BUT", "fresh", "dairy", "Butter", "250 g", 21, 249, 649),
    Kind("BRD", "fresh", "bakery", "Bread", "750 g", 6, 249, 649),
    Kind("APP", "fresh", "fruit", "Apples", "1 kg", 8, 199, 499),
    Kind("BER", "fresh", "fruit", "Berries", "250 g", 7, 249, 599),
    Kind("CAR", "fresh", "vegetables", "Carrots", "1 kg", 12, 99, 299),
    Kind("SAL", "fresh", "vegetables", "Salad", "200 g", 7, 149, 399),
    Kind("DET", "household", "laundry", "Detergent", "1.5 l", 45, 599, 1799),
    Kind("SFT", "household", "laundry", "Softener", "1 l", 50, 299, 799),
    Kind("DSH", "household", "kitchen", "Dish Soap", "500 ml", 35, 199, 499),
    Kind("TAB", "household", "kitchen", "Dishwasher Tabs", "40 tabs", 40, 599, 1499),
    Kind("PAP", "household", "paper", "Kitchen Paper", "4 rolls", 28, 299, 699),
    Kind("TIS", "household", "paper", "Tissues", "10 packs", 35, 199, 449),
    Kind("SHA", "care", "hair", "Shampoo", "300 ml", 45, 349, 1299),
    Kind("CON", "care", "hair", "Conditioner", "300 ml", 55, 349, 1299),
    Kind("SOP", "care", "body", "Soap", "3 bars", 40, 199, 899),
    Kind("CRE", "care", "body", "Body Cream", "250 ml", 60, 499, 2499),
    Kind("TPA", "care", "teeth", "Toothpaste", "75 ml", 40, 149, 599),
    Kind("CAT", "pets", "cats", "Cat Food", "12 pouches", 10, 499, 1299),
    Kind("DOG", "pets", "dogs", "Dog Food", "3 kg", 21, 999, 2999),
    Kind("LIT", "pets", "cats", "Cat Litter", "10 l", 21, 599, 1499),
    Kind("MUG", "living", "tableware", "Mug", "1 piece", None, 599, 1999),
    Kind("BOW", "living", "tableware", "Bowl", "1 piece", None, 699, 2499),
    Kind("CAN", "living", "decoration", "Candle", "1 piece", None, 499, 2999),
    Kind("VAS", "living", "decoration", "Vase", "1 piece", None, 1499, 5999),
    Kind("PAN", "living", "cookware", "Frying Pan", "28 cm", None, 1999, 8999),
    Kind("KNI", "living", "cookware", "Kitchen Knife", "20 cm", None, 1499, 9999),
    Kind("TOW", "living", "textiles", "Towel", "50 x 100 cm", None, 799, 2999),
    Kind("BLA", "living", "textiles", "Blanket", "150 x 200 cm", None, 1999, 7999),
    Kind("NOT", "leisure", "stationery", "Notebook", "A5", None, 399, 1799),
    Kind("GAM", "leisure", "games", "Board Game", "1 box", None, 1499, 5999),
    Kind("PUZ", "leisure", "games", "Puzzle", "1000 pieces", None, 999, 2499),
)
