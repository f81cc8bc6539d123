# Fibers with stacks of their own, and the pool that gives them out again.
kept = []
200.times do |round|
  fiber = Fiber.new do
    20.times do |number|
      kept << ("x" * (100 + number))
      Fiber.yield
    end
  end
  (round % 20 + 1).times { fiber.resume }
end
puts kept.size
